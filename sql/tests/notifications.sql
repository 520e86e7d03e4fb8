-- SPDX-License-Identifier: ISC
--
-- Notifications: what is kept and told, who reads and marks it, and that no way of changing an
-- account does without.

\ir helpers.psql
SELECT plan(50);
SELECT pg_temp.people();
SELECT pg_temp.id_of('employee@example.org') AS person \gset
SELECT pg_temp.id_of('chair@example.org') AS chair \gset
DELETE FROM notifications;

-- What a statement tells people: kinds, by their addresses.
CREATE FUNCTION pg_temp.told_by(_sql text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	_seen uuid[] := ARRAY(SELECT id FROM notifications);
BEGIN
	EXECUTE _sql;
	RETURN ARRAY(SELECT u.full_name || ' ' || n.kind FROM notifications n JOIN users u ON u.id = n.user_id
	              WHERE n.id <> ALL (_seen) ORDER BY 1);
END
$$;
CREATE FUNCTION pg_temp.last_told() RETURNS notifications LANGUAGE sql AS
	'SELECT n FROM notifications n ORDER BY id DESC LIMIT 1';

-- One is kept and told.
SELECT notification_add(:'person', 'try-this', 'Try this', '/account/', '{"a": 1, "b": null}') AS n \gset
SELECT results_eq('SELECT user_id, kind, title, link, about, read_at FROM notifications',
	format($$VALUES (%L::uuid, 'try-this', 'Try this', '/account/', '{"a": 1}'::jsonb, NULL::timestamptz)$$, :'person'),
	'a notification is kept');
SELECT results_eq('SELECT audience, kind, resource, resource_id, payload FROM events ORDER BY id DESC LIMIT 1',
	format($$VALUES (ARRAY['user:%s'], 'notification', 'notifications', %L::uuid,
	         '{"id": %s, "kind": "try-this", "title": "Try this", "link": "/account/"}'::jsonb)$$,
		:'person', :'n', to_json(:'n'::text)), 'and its person, nobody else, is told');
SELECT notification_add(:'person', 'long', repeat('x', 900)) AS long \gset
SELECT is(char_length((SELECT title FROM notifications WHERE id = :'long')), 500, 'a title that is too long is cut');
SELECT is(pg_temp.try(format($$SELECT notification_add(%L, 'elsewhere', 'x', %L)$$, :'person', l)), '23514',
	'a link leads nowhere else: ' || l)
  FROM unnest('{https://example.org/,//example.org/,javascript:alert(1),"/\\\\example.org"}'::text[]) l;
SELECT is(pg_temp.try_as(r, format($$SELECT notification_add(%L, 'x', 'x')$$, :'person')), '42501', r || ' puts none in')
  FROM unnest('{bureau_auth,bureau_admin,bureau_worker}'::name[]) r;

-- One's own.
SELECT pg_temp.call_as('chair@example.org') IS NOT NULL AS ok \gset
SELECT is((SELECT count(*) FROM own_notifications), 0::bigint, 'nobody sees another''s');
SELECT is(pg_temp.try_as('bureau_admin', format('SELECT notifications_read(ARRAY[%L]::uuid[], NULL)', :'n')), 'U3001',
	'nor marks it');
SELECT is(pg_temp.try_as('bureau_admin', 'SELECT notifications_read(NULL, true)'), '0', 'all are one''s own');
SELECT is((SELECT count(*) FROM notifications WHERE read_at IS NOT NULL), 0::bigint, 'and nobody else''s');
SELECT pg_temp.call_as(NULL) IS NULL AS ok \gset
SELECT is((SELECT count(*) FROM own_notifications), 0::bigint, 'who is nobody has none');
SELECT pg_temp.call_as('employee@example.org') IS NOT NULL AS ok \gset
SELECT is((SELECT count(*) FROM own_notifications WHERE unread), 2::bigint, 'one''s own are seen');
SELECT is(pg_temp.try('SELECT notifications_read(NULL, NULL)'), 'U2001', 'which to mark must be said');
SELECT is(pg_temp.try('SELECT notifications_read(NULL, false)'), 'U2001', 'plainly');
SELECT is(pg_temp.try(format('SELECT notifications_read(ARRAY[%L]::uuid[], true)', :'n')), 'U2001', 'and once');
SELECT is(pg_temp.try(format('SELECT notifications_read(ARRAY[%L, %L]::uuid[], NULL)', :'n', uuid_v7())), 'U3001',
	'one that is not there is refused, with the others');
SELECT is(notifications_read(ARRAY[:'n']::uuid[], NULL), 1, 'marking says how many are unread still');
SELECT results_eq('SELECT audience, kind, resource, resource_id, payload FROM events ORDER BY id DESC LIMIT 1',
	format($$VALUES (ARRAY['user:%s'], 'refresh_data', 'notifications', %L::uuid, '{"action": "updated"}'::jsonb)$$,
		:'person', :'n'), 'and tells where else it is shown');
SELECT max(id) AS last FROM events \gset
SELECT is(notifications_read(ARRAY[:'n']::uuid[], NULL), 1, 'done twice it is done once');
SELECT is((SELECT max(id) FROM events), :'last', 'without a word');
SELECT is(notifications_read(NULL, true), 0, 'all are marked');

-- A webhook that listens to everything is not told.
SELECT is((SELECT count(*) FROM watched WHERE resource = 'notifications'), 0::bigint, 'reading is no change for other systems');

-- Sign-ins.
CREATE FUNCTION pg_temp.enter(_address inet, _agent text) RETURNS text[] LANGUAGE sql AS $$
	SELECT pg_temp.told_by(format('SELECT session_start(%L, %L, %L, ''7d'', ''90d'')',
		pg_temp.id_of('employee@example.org'), _address, _agent)) $$;
SELECT is(pg_temp.enter('192.0.2.1', 'Browser/115.0 (Linux)'), '{}', 'the first sign-in is no news');
SELECT is(pg_temp.enter('192.0.2.99', 'Browser/116.2.1 (Linux)'), '{}', 'nor is a newer version, or a neighbouring address');
SELECT is(pg_temp.enter('198.51.100.7', 'Browser/115.0 (Linux)'), '{Employee new-sign-in}', 'another network is');
SELECT results_eq('SELECT title, about FROM pg_temp.last_told()',
	$$VALUES ('New sign-in from 198.51.100.7', '{"address": "198.51.100.7", "agent": "Browser/115.0 (Linux)"}'::jsonb)$$,
	'and says from where');
SELECT is(pg_temp.enter('198.51.100.7', 'Browser/115.0 (Linux)'), '{}', 'once');
SELECT is(pg_temp.enter('192.0.2.1', 'curl/7.88.1'), '{Employee new-sign-in}', 'so is another program');
SELECT is(pg_temp.enter('2001:db8:0:1::5', 'curl/8.0'), '{Employee new-sign-in}', 'and a network of version 6');
SELECT is(pg_temp.enter('2001:db8:0:1:ff::1', 'curl/8.0'), '{}', 'whatever address in it');
SELECT is(pg_temp.told_by(format('SELECT sign_in_failed(%L, ''failed'')', :'person')), '{}', 'a failure is not told');

-- Passwords, addresses, tokens.
INSERT INTO credentials (user_id, hash) VALUES (:'person', 'h');
SELECT is(pg_temp.told_by(format($$UPDATE credentials SET hash = 'better' WHERE user_id = %L$$, :'person')), '{}',
	'a better hash is no other password');
SELECT is(pg_temp.told_by(format($$UPDATE credentials SET hash = 'x', changed_at = clock_timestamp() WHERE user_id = %L$$, :'person')),
	'{"Employee password-changed"}', 'another password is told');
SELECT is(pg_temp.told_by(format($$INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
	VALUES (%L, 'for a script', sha256('t'), '{*}', now() + '1d')$$, :'person')), '{"Employee token-made"}', 'so is a personal token');
SELECT pg_temp.call_as(NULL) IS NULL AS ok \gset
SELECT is(pg_temp.told_by($$UPDATE users SET email = 'new@example.org' WHERE email = 'employee@example.org'$$),
	'{"Employee email-changed"}', 'and another address');
SELECT is((pg_temp.last_told()).about, '{"from": "employee@example.org", "to": "new@example.org"}', 'from which to which');
SELECT is(pg_temp.told_by($$UPDATE users SET theme = 'dark'$$), '{}', 'what is not about safety is not told');

-- Rights.
SELECT pg_temp.call_as('chair@example.org') IS NOT NULL AS ok \gset
SELECT is(pg_temp.told_by(format('UPDATE users SET role_id = pg_temp.role_id(''manager'') WHERE id = %L', :'person')),
	'{"Employee role-changed"}', 'another role is told');
SELECT is((pg_temp.last_told()).about, '{"role": "manager", "by": "Chair"}', 'with who gave it');
SELECT is(pg_temp.told_by(format($$UPDATE users SET permissions = '{roles:manage}' WHERE id = %L$$, :'person')),
	'{"Employee permissions-changed"}', 'so are other permissions');
SELECT is(pg_temp.told_by($$UPDATE roles SET permissions = '{users:read}' WHERE name = 'manager'$$),
	'{"Employee permissions-changed","Manager permissions-changed"}', 'also those of their role');
SELECT pg_temp.call_as(NULL) IS NULL AS ok \gset
SELECT is(pg_temp.told_by($$UPDATE roles SET permissions = '{users:read,users:create}' WHERE name = 'manager'$$), '{}',
	'but not by an upgrade');

-- Webhooks whose maker has gone.
INSERT INTO webhooks (url, events, secret) VALUES ('https://example.org/', '{*}', sha256('a')) RETURNING id AS hook \gset
SELECT is(pg_temp.told_by(format('SELECT webhook_disable(%L, ''failing'')', :'hook')), '{"Chair webhook-disabled"}',
	'who may see to webhooks is told of one that nobody owns');

-- Time.
UPDATE notifications SET created_at = now() - interval '91 days', read_at = CASE WHEN id = :'n' THEN now() - interval '91 days' END;
SELECT is(prune_notifications(), 1::bigint, 'what was read long ago goes, what was not stays');
SELECT isnt((SELECT count(*) FROM notifications), 0::bigint, 'for a year');
UPDATE notifications SET created_at = now() - interval '366 days';
SELECT prune_notifications() AS x \gset
SELECT is((SELECT count(*) FROM notifications), 0::bigint, 'then it goes, too');

SELECT * FROM finish();
ROLLBACK;
