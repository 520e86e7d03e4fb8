/* SPDX-License-Identifier: ISC */
/*
 * Both families are judged as sixteen bytes, an IPv4 address in its mapped form,
 * so that no way of writing one slips through.  The first row that holds the
 * address wins.
 */
#include "guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "check.h"
#include "text.h"

#define MAPPED_BITS	96		/* of ::ffff:0:0/96 */

struct network {
	struct in6_addr	address;
	unsigned	bits;
};

static const struct {
	const char	*network;
	const char	*what;
} closed[] = {
	{ "0.0.0.0/8", "an address of no host" },
	{ "10.0.0.0/8", "a private address" },
	{ "100.64.0.0/10", "a private address" },
	{ "127.0.0.0/8", "a loopback address" },
	{ "169.254.0.0/16", "a link-local address" },
	{ "172.16.0.0/12", "a private address" },
	{ "192.0.0.0/24", "a reserved address" },
	{ "192.0.2.0/24", "a reserved address" },
	{ "192.168.0.0/16", "a private address" },
	{ "198.18.0.0/15", "a reserved address" },
	{ "198.51.100.0/24", "a reserved address" },
	{ "203.0.113.0/24", "a reserved address" },
	{ "224.0.0.0/4", "a multicast address" },
	{ "240.0.0.0/4", "a reserved address" },
	{ "::1/128", "a loopback address" },
	{ "64:ff9b:1::/48", "a private address" },
	{ "100::/64", "a reserved address" },
	{ "2001:db8::/32", "a reserved address" },
	{ "fc00::/7", "a private address" },
	{ "fe80::/10", "a link-local address" },
	{ "fec0::/10", "a private address" },
	{ "ff00::/8", "a multicast address" },
	{ "2001::/23", "a reserved address" },	/* Teredo among them */
};

/* What the word `private` stands for. */
static const char *const private_networks[] = {
	"10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
	"::1/128", "fc00::/7"
};

/* Forms that hold an IPv4 address, and at which byte. */
static const struct {
	const char	*network;
	unsigned	 at;
} carriers[] = {
	{ "::/96", 12 },		/* IPv4-compatible, of old */
	{ "64:ff9b::/96", 12 },		/* NAT64 */
	{ "2002::/16", 2 },		/* 6to4 */
};

static bool	read_address(const struct sockaddr *address,
		    struct in6_addr *out);
static bool	read_network(struct str text, struct network *out);
static bool	holds(const char *network, const struct in6_addr *address);
static bool	is_within(const struct in6_addr *address,
		    const struct network *network);
static void	map(const void *v4, struct in6_addr *out);
static const char *judge(const struct in6_addr *address);

const char *
guard_judge(const struct sockaddr *address)
{
	struct in6_addr bytes, inner;
	const char *what;

	if (!read_address(address, &bytes))
		return ("an address of an unknown family");
	what = judge(&bytes);
	for (unsigned i = 0; what == NULL && i < COUNT_OF(carriers); i++)
		if (holds(carriers[i].network, &bytes)) {
			map(&bytes.s6_addr[carriers[i].at], &inner);
			what = judge(&inner);
		}
	return (what);
}

bool
guard_allows(const char *allow, const struct sockaddr *address)
{
	struct str rest = str_of(allow), word;
	struct network network;
	struct in6_addr bytes;

	if (!read_address(address, &bytes))
		return (false);
	while (str_split(&rest, ' ', &word)) {
		if (read_network(word, &network) &&
		    is_within(&bytes, &network))
			return (true);
		if (!str_is(word, "private"))
			continue;
		for (unsigned i = 0; i < COUNT_OF(private_networks); i++)
			if (holds(private_networks[i], &bytes))
				return (true);
	}
	return (false);
}

bool
guard_is_list(const char *allow)
{
	struct str rest = str_of(allow), word;
	struct network network;

	while (str_split(&rest, ' ', &word))
		if (word.n > 0 && !str_is(word, "private") &&
		    !read_network(word, &network))
			return (false);
	return (true);
}

static const char *
judge(const struct in6_addr *address)
{
	for (unsigned i = 0; i < COUNT_OF(closed); i++)
		if (holds(closed[i].network, address))
			return (closed[i].what);
	return (NULL);
}

static bool
read_address(const struct sockaddr *address, struct in6_addr *out)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	switch (address->sa_family) {
	case AF_INET:
		map(&v4->sin_addr, out);
		return (true);
	case AF_INET6:
		*out = v6->sin6_addr;
		return (true);
	default:
		return (false);
	}
}

static void
map(const void *v4, struct in6_addr *out)
{
	*out = (struct in6_addr){ 0 };
	out->s6_addr[10] = out->s6_addr[11] = 0xff;
	memcpy(&out->s6_addr[12], v4, 4);
}

/* An address, or one with /bits. */
static bool
read_network(struct str text, struct network *out)
{
	struct str address;
	struct in_addr v4;
	char copy[INET6_ADDRSTRLEN];
	int64_t bits;
	unsigned before;

	if (!str_split(&text, '/', &address) || address.n >= sizeof(copy))
		return (false);
	memcpy(copy, address.p, address.n);
	copy[address.n] = '\0';
	if (inet_pton(AF_INET, copy, &v4) == 1) {
		map(&v4, &out->address);
		before = MAPPED_BITS;
	} else if (inet_pton(AF_INET6, copy, &out->address) == 1) {
		before = 0;
	} else {
		return (false);
	}
	bits = 128 - before;
	if (text.p != NULL && !text_int(text, 0, bits, &bits))
		return (false);
	out->bits = before + (unsigned)bits;
	return (true);
}

/* network is one of ours, and well written. */
static bool
holds(const char *network, const struct in6_addr *address)
{
	struct network read;

	ASSERT(read_network(str_of(network), &read));
	return (is_within(address, &read));
}

static bool
is_within(const struct in6_addr *address, const struct network *network)
{
	unsigned whole = network->bits / 8, rest = network->bits % 8;
	unsigned char differ;

	if (memcmp(address, &network->address, whole) != 0)
		return (false);
	if (rest == 0)
		return (true);
	differ = address->s6_addr[whole] ^ network->address.s6_addr[whole];
	return (differ >> (8 - rest) == 0);
}
