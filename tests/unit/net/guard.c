/* SPDX-License-Identifier: ISC */
/*
 * Addresses nobody outside may make us reach, in every form they have; and what
 * an administrator allows all the same.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "guard.h"

union any {
	struct sockaddr		 any;
	struct sockaddr_in	 v4;
	struct sockaddr_in6	 v6;
	struct sockaddr_un	 un;
};

static const char *const closed[] = {
	"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1",
	"100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
	"172.16.0.1", "172.31.255.255", "192.168.0.1", "192.168.255.255",
	"192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255",
	"198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
	"240.0.0.1", "255.255.255.255",
	"::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1",
	"fec0::1", "ff02::1", "2001:db8::1", "100::1",
	/* The same behind a form that holds an IPv4 address. */
	"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
	"::127.0.0.1", "::10.0.0.1", "64:ff9b::127.0.0.1",
	"64:ff9b::10.1.2.3", "64:ff9b::192.168.1.1", "64:ff9b:1::8.8.8.8",
	"2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1",
	"2002:a9fe:a9fe::", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
};

static const char *const open_ones[] = {
	"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255",
	"100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255",
	"172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
	"198.17.255.255", "198.20.0.0", "223.255.255.255",
	"2606:4700:4700::1111", "2a00:1450:4001:81b::200e",
	"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
};

static union any
address_of(const char *text)
{
	union any address = { 0 };

	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
		address.any.sa_family = AF_INET;
	} else {
		assert_int_equal(inet_pton(AF_INET6, text,
		    &address.v6.sin6_addr), 1);
		address.any.sa_family = AF_INET6;
	}
	return (address);
}

static void
refuses(void **state)
{
	union any address = address_of(*state);

	assert_non_null(guard_judge(&address.any));
	assert_false(guard_allows("", &address.any));
	assert_false(guard_allows("8.8.8.0/24 2606:4700::/32", &address.any));
}

static void
lets_through(void **state)
{
	union any address = address_of(*state);

	assert_null(guard_judge(&address.any));
}

static void
knows_no_other_family(void **state)
{
	union any address = { .un.sun_family = AF_UNIX };

	(void)state;
	assert_non_null(guard_judge(&address.any));
	assert_false(guard_allows("private 0.0.0.0/0 ::/0", &address.any));
}

static void
allows_what_is_listed(void **state)
{
	static const struct {
		const char	*allow, *address;
		bool		 want;
	} rows[] = {
		{ "10.1.2.3", "10.1.2.3", true },
		{ "10.1.2.3", "10.1.2.4", false },
		{ "10.1.0.0/16", "10.1.255.255", true },
		{ "10.1.0.0/16", "10.2.0.0", false },
		{ "10.1.2.0/23", "10.1.3.255", true },
		{ "10.1.2.0/23", "10.1.4.0", false },
		{ "192.168.0.1 10.0.0.0/8", "10.9.9.9", true },
		{ "  192.168.0.1   10.0.0.0/8 ", "10.9.9.9", true },
		{ "10.0.0.0/8", "::ffff:10.0.0.1", true },
		{ "10.0.0.0/8", "64:ff9b::10.0.0.1", false },
		{ "10.0.0.0/8", "2002:a00:1::1", false },
		{ "127.0.0.0/8", "127.0.0.1", true },
		{ "127.0.0.0/8", "::1", false },
		{ "::1/128", "::1", true },
		{ "::1", "::1", true },
		{ "fd00::/8", "fdff::1", true },
		{ "fd00::/8", "fc00::1", false },
		{ "0.0.0.0/0", "127.0.0.1", true },
		{ "0.0.0.0/0", "::1", false },
		{ "private", "10.0.0.1", true },
		{ "private", "172.20.0.1", true },
		{ "private", "192.168.5.5", true },
		{ "private", "127.0.0.1", true },
		{ "private", "::1", true },
		{ "private", "fd00::1", true },
		{ "private", "169.254.169.254", false },
		{ "private", "fe80::1", false },
		{ "private", "0.0.0.0", false },
		{ "private", "224.0.0.1", false },
		{ "nonsense 10.0.0.1", "10.0.0.1", true },
		{ "nonsense", "10.0.0.1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		union any address = address_of(rows[i].address);

		if (guard_allows(rows[i].allow, &address.any) != rows[i].want)
			fail_msg("%s in %s", rows[i].address, rows[i].allow);
	}
}

static void
knows_a_list(void **state)
{
	static const char *const right[] = { "", " ", "private", "10.0.0.1",
	    "10.0.0.0/8 ::1/128", "::/0", "private fd00::/8" };
	static const char *const wrong[] = { "localhost", "10.0.0.1/",
	    "10.0.0.1/33", "10.0.0.0/08", "::1/129", "10.0.0", "10.0.0.0/-1",
	    "10.0.0.1,10.0.0.2", "Private", "10.0.0.1/8/8",
	    "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(right); i++)
		if (!guard_is_list(right[i]))
			fail_msg("%s", right[i]);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		if (guard_is_list(wrong[i]))
			fail_msg("%s", wrong[i]);
}

int
main(void)
{
	static struct unit_list list;

	for (size_t i = 0; i < COUNT_OF(closed); i++)
		unit_add(&list, closed[i], refuses, closed[i]);
	for (size_t i = 0; i < COUNT_OF(open_ones); i++)
		unit_add(&list, open_ones[i], lets_through, open_ones[i]);
	unit_add(&list, "another family", knows_no_other_family, NULL);
	unit_add(&list, "a list allows", allows_what_is_listed, NULL);
	unit_add(&list, "a list is one", knows_a_list, NULL);
	return (unit_run(&list, "guard"));
}
