/* SPDX-License-Identifier: ISC */
/*
 * `bureau user …`: people from a shell, above all the first one and whoever is
 * locked out.  The rules are the database's, as for everybody.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "arena.h"
#include "buf.h"
#include "bureau.h"
#include "check.h"
#include "cluster.h"
#include "password.h"
#include "people.h"
#include "site.h"

/* --- adding ------------------------------------------------------------------- */

/* An address or name as the database keeps it; NULL after a sentence. */
static const char *
fold_email(const struct site *site, const char *email)
{
	struct str folded;

	if (!text_is_email(str_of(email)) ||
	    !text_fold(site->arena, str_of(email), &folded)) {
		complain("%s is not an e-mail address", email);
		return (NULL);
	}
	return (folded.p);
}

static const char *
clean_name(const struct site *site, const char *name)
{
	struct str clean;

	if (!text_nfc(site->arena, str_trim(str_of(name)), &clean) ||
	    !text_is_clean(clean, true) || clean.n == 0) {
		complain("a name must be one line of text");
		return (NULL);
	}
	return (clean.p);
}

static bool
hash(const struct person *person, char out[PASSWORD_HASH_SIZE])
{
	struct cost cost;
	enum password_fault fault = password_judge(str_of(person->password),
	    str_of(person->email), str_of(person->name));

	if (fault != PASSWORD_FINE)
		return (complain("%s", password_fault_text(fault)));
	return ((password_cost(&cost) &&
	    password_hash(str_of(person->password), &cost, out)) ||
	    complain("the password cannot be hashed; see SCRYPT_N, SCRYPT_R "
	    "and SCRYPT_P in bureau.conf(5)"));
}

static const char *
find_role(struct admin *admin, const struct site *site, const char *role)
{
	if (!admin_ask(admin, Q_OPERATOR_ROLE, role, NULL)) {
		complain("%s", admin_error(admin));
		return (NULL);
	}
	if (admin_rows(admin) == 0) {
		complain("there is no role %s", role);
		return (NULL);
	}
	return (arena_strdup(site->arena, admin_value(admin, 0, 0)));
}

const char *
people_add(const struct site *site, struct admin *admin,
    const struct person *asked)
{
	struct person person = *asked;
	char hashed[PASSWORD_HASH_SIZE];
	const char *role;

	person.email = fold_email(site, asked->email);
	person.name = clean_name(site, asked->name);
	if (person.email == NULL || person.name == NULL ||
	    !hash(&person, hashed))
		return (NULL);
	role = find_role(admin, site, person.role);
	if (role == NULL)
		return (NULL);
	if (admin_ask(admin, Q_OPERATOR_USER_ADD, person.name, person.email,
	    role, hashed, NULL))
		return (arena_strdup(site->arena, admin_value(admin, 0, 1)));
	if (strcmp(admin_sqlstate(admin), "23505") == 0)
		complain("there is an account with the address %s already",
		    person.email);
	else
		complain("%s", admin_error(admin));
	return (NULL);
}

/* Standard input, without the line break at its end. */
static const char *
read_password(const struct site *site)
{
	char text[PASSWORD_BYTES_MAX + 3];
	size_t n = fread(text, 1, sizeof(text), stdin);

	if (n > 0 && text[n - 1] == '\n')
		n--;
	if (n > 0 && text[n - 1] == '\r')
		n--;
	if (n > PASSWORD_BYTES_MAX || memchr(text, '\0', n) != NULL) {
		complain("the password is too long or has a zero byte in it");
		return (NULL);
	}
	return (arena_memdup(site->arena, text, n));
}

static int
add(const struct site *site, struct admin *admin, int argc, char **argv)
{
	struct person person = {
		.name = take_value(&argc, argv, "--name"),
		.role = take_value(&argc, argv, "--role"),
	};
	const char *role;

	if (!take_flag(&argc, argv, "--password-stdin") ||
	    person.name == NULL || argc != 2)
		return (usage("user"));
	person.email = argv[1];
	if (person.role == NULL)
		person.role = "employee";
	person.password = read_password(site);
	if (person.password == NULL)
		return (EXIT_FAILED);
	role = people_add(site, admin, &person);
	if (role == NULL)
		return (EXIT_FAILED);
	printf("%s was added as %s.\n", person.email, role);
	return (EXIT_DONE);
}

/* --- listing -------------------------------------------------------------------- */

static void
print_json(const struct site *site, const struct admin *admin)
{
	static const char *const names[] = { "email", "fullName", "role",
	    "isActive", "lastSeen" };
	struct buf out;

	buf_init(&out, site->arena, 1 << 24);
	buf_char(&out, '[');
	for (unsigned row = 0; row < admin_rows(admin); row++) {
		buf_text(&out, row == 0 ? "" : ",");
		for (unsigned i = 0; i < COUNT_OF(names); i++) {
			const char *value = admin_value(admin, row, i);

			buf_printf(&out, "%c\"%s\":", i == 0 ? '{' : ',',
			    names[i]);
			if (i == 3)
				buf_text(&out, value[0] == 't' ? "true" :
				    "false");
			else if (value[0] == '\0')
				buf_text(&out, "null");
			else
				buf_json(&out, value, strlen(value));
		}
		buf_char(&out, '}');
	}
	buf_text(&out, "]\n");
	fputs(out.data, stdout);
}

static int
list(const struct site *site, struct admin *admin, int argc, char **argv)
{
	bool json = take_flag(&argc, argv, "--json");

	if (argc != 1)
		return (usage("user"));
	if (!admin_ask(admin, Q_OPERATOR_USERS, NULL)) {
		complain("%s", admin_error(admin));
		return (EXIT_FAILED);
	}
	if (json) {
		print_json(site, admin);
		return (EXIT_DONE);
	}
	for (unsigned row = 0; row < admin_rows(admin); row++)
		printf("%-32s %-12s %-8s %-24s %s\n",
		    admin_value(admin, row, 0), admin_value(admin, row, 2),
		    admin_value(admin, row, 3)[0] == 't' ? "active" :
		    "revoked", admin_value(admin, row, 4),
		    admin_value(admin, row, 1));
	return (EXIT_DONE);
}

/* --- changing --------------------------------------------------------------------- */

/* The id of who has this address; NULL after a sentence. */
static const char *
find_user(const struct site *site, struct admin *admin, const char *email)
{
	const char *folded = fold_email(site, email);

	if (folded == NULL)
		return (NULL);
	if (!admin_ask(admin, Q_OPERATOR_USER, folded, NULL)) {
		complain("%s", admin_error(admin));
		return (NULL);
	}
	if (admin_rows(admin) == 0) {
		complain("nobody has the address %s", folded);
		return (NULL);
	}
	return (arena_strdup(site->arena, admin_value(admin, 0, 0)));
}

static int
set_active(const struct site *site, struct admin *admin, int argc, char **argv)
{
	const char *active = strcmp(argv[0], "restore") == 0 ? "true" :
	    "false";
	const char *id;

	if (argc != 2)
		return (usage("user"));
	id = find_user(site, admin, argv[1]);
	if (id == NULL)
		return (EXIT_FAILED);
	return (exit_of(admin, admin_ask(admin, Q_OPERATOR_USER_ACTIVE,
	    active, id, NULL)));
}

static int
set_role(const struct site *site, struct admin *admin, int argc, char **argv)
{
	const char *id, *role;

	if (argc != 3)
		return (usage("user"));
	id = find_user(site, admin, argv[1]);
	role = id == NULL ? NULL : find_role(admin, site, argv[2]);
	if (role == NULL)
		return (EXIT_FAILED);
	return (exit_of(admin, admin_ask(admin, Q_OPERATOR_USER_ROLE, role, id,
	    NULL)));
}

/* --- the command ---------------------------------------------------------------------- */

/* A subcommand; argv[0] is its name. */
typedef int act(const struct site *site, struct admin *admin, int argc,
    char **argv);

static const struct {
	const char	*name;
	act		*run;
} acts[] = {
	{ "add", add },
	{ "list", list },
	{ "restore", set_active },
	{ "revoke", set_active },
	{ "role", set_role }
};

static act *
find_act(const char *name)
{
	for (unsigned i = 0; i < COUNT_OF(acts); i++)
		if (strcmp(acts[i].name, name) == 0)
			return (acts[i].run);
	return (NULL);
}

static int
run_act(const struct site *site, act *run, int argc, char **argv)
{
	struct admin *admin = site_connect(site);
	int code = admin == NULL ? EXIT_FAILED : run(site, admin, argc, argv);

	admin_close(&admin);
	return (code);
}

int
user_main(int argc, char **argv)
{
	act *run = argc > 1 ? find_act(argv[1]) : NULL;
	struct borrowed *borrowed;
	struct site site;
	int code;

	if (run == NULL)
		return (usage("user"));
	if (!site_open(&site) || !cluster_borrow(&site, &borrowed))
		return (EXIT_FAILED);
	code = run_act(&site, run, argc - 1, argv + 1);
	cluster_return(&borrowed);
	return (code);
}
