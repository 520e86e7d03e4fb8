-- SPDX-License-Identifier: ISC
--
-- People's own accounts, for the auth responder.

-- record: Me id:uuid fullName:text email:text userName:text? profilePic:text
-- record: Me designation:text? role:text permissions:texts isActive:bool
-- record: Me emailVerified:bool locale:text theme:text createdAt:time updatedAt:time version:int
-- record: SignedIn user:json accessToken:text? refreshToken:text? expiresIn:int
-- record: Message message:text
-- record: CodeSent message:text expiresIn:int?
-- record: Session id:uuid agent:text? address:text? createdAt:time lastSeenAt:time
-- record: Session expiresAt:time current:bool
-- record: SignIn id:int at:time address:text? agent:text? outcome:text how:text
-- record: Token id:uuid name:text scopes:texts createdAt:time expiresAt:time
-- record: Token lastUsedAt:time? version:int
-- record: NewToken id:uuid name:text scopes:texts createdAt:time expiresAt:time
-- record: NewToken lastUsedAt:time? version:int token:text

-- name: me
-- returns: Me
-- Whoever calls, also after session_start() in the same transaction.
SELECT u.id, u.full_name AS "fullName", u.email, u.user_name AS "userName",
       u.picture AS "profilePic", u.designation, r.name AS role,
       u.granted AS permissions, u.is_active AS "isActive",
       u.email_verified_at IS NOT NULL AS "emailVerified", u.locale, u.theme,
       u.created_at AS "createdAt", u.updated_at AS "updatedAt", u.version
  FROM users u JOIN roles r ON r.id = u.role_id
 WHERE u.id = actor()

-- name: me_update
-- returns: Me
-- Triggers ask for the code that address and job title need, and write to both addresses.
UPDATE users u
   SET full_name = coalesce(:fullName, u.full_name),
       email = coalesce(:email, u.email),
       designation = CASE WHEN :designation? THEN :designation ELSE u.designation END,
       user_name = CASE WHEN :userName? THEN :userName ELSE u.user_name END,
       profile_pic = CASE WHEN :profilePic? THEN :profilePic ELSE u.profile_pic END,
       locale = coalesce(:locale, u.locale),
       theme = coalesce(:theme, u.theme)
  FROM roles r
 WHERE u.id = actor() AND r.id = u.role_id AND u.version = coalesce(:ifVersion, u.version)
RETURNING u.id, u.full_name AS "fullName", u.email, u.user_name AS "userName",
       u.picture AS "profilePic", u.designation, r.name AS role,
       u.granted AS permissions, u.is_active AS "isActive",
       u.email_verified_at IS NOT NULL AS "emailVerified", u.locale, u.theme,
       u.created_at AS "createdAt", u.updated_at AS "updatedAt", u.version

-- --- signing in ---------------------------------------------------------------

-- name: login_look
-- One row for every address, known or not.  Who signs in by user name is counted
-- under the address all the same.  locked: seconds left, or null.  proven: the address
-- is verified, or its owner has been in before.
SELECT k.key, ceil(extract(epoch FROM login_locked(k.key) - clock_timestamp()))::int AS locked,
       u.id AS user, c.hash, c.changed_at::text AS changed, u.is_active AS active,
       u.email_verified_at IS NOT NULL OR u.last_seen_at IS NOT NULL AS proven
  FROM (VALUES (1)) one
  LEFT JOIN users u ON (u.email = :key OR u.user_name = :key) AND u.deleted_at IS NULL
  LEFT JOIN credentials c ON c.user_id = u.id
  CROSS JOIN LATERAL (SELECT coalesce(u.email, :key) AS key) k

-- name: login_fail
-- Counts against the address; both are kept although the answer is an error.
SELECT login_failed(:key, :max, :lock::interval), sign_in_failed(:user, 'failed')

-- name: login_refuse
SELECT sign_in_failed(:user, :outcome)

-- name: login_start
-- A session; null where parallel guesses locked the address meanwhile, no row where the
-- password was changed since it was verified.
SELECT CASE WHEN login_succeeded(:key) IS NULL
            THEN session_start(:user, address_now(), agent_now(), :idle::interval, :max::interval) END AS session
  FROM credentials c
 WHERE c.user_id = :user AND c.changed_at = :changed::timestamptz
   FOR NO KEY UPDATE OF c

-- name: credential_upgrade
-- The same password at the cost of today.
UPDATE credentials SET hash = :hash WHERE user_id = :user

-- name: session_refresh
SELECT outcome, generation, user_id AS user
  FROM session_refresh(:session, :generation, :grace::interval, :idle::interval)

-- name: session_leave
-- The session that calls, or the one whose refresh token was shown.
SELECT session_end(coalesce(session_now(), :session::uuid), :reason) AS ended

-- name: session_leave_all
SELECT sessions_end_all(s.user_id, NULL, 'signed out everywhere') AS ended
  FROM sessions s
 WHERE s.id = coalesce(session_now(), :session::uuid)

-- --- registering ----------------------------------------------------------------

-- name: register_look
SELECT NOT EXISTS (SELECT FROM users) AS first,
       EXISTS (SELECT FROM users WHERE email = :email AND deleted_at IS NULL) AS taken

-- name: register_count
-- How often an address, or in version 6 its /64, may be told that an account exists.
SELECT throttle_try('registration', client_now(), 5, interval '1 hour') AS ok

-- name: register_turn
-- One at a time where only the first may register.
SELECT pg_advisory_xact_lock(hashtextextended('bureau.first', 0))

-- name: register_user
-- Triggers choose the role.  Makes the new person the caller for the rest of the
-- transaction; nobody, where only the first may register and somebody was first.
WITH made AS (
	INSERT INTO users (full_name, email, locale)
	SELECT :fullName, :email, coalesce(:locale, 'en')
	 WHERE :open::boolean OR NOT EXISTS (SELECT FROM users)
	RETURNING id)
SELECT set_config('bureau.user', coalesce((SELECT id::text FROM made), ''), true) AS user

-- name: invitation_accept
-- Makes the invited person the caller for the rest of the transaction.
SELECT set_config('bureau.user', invitation_accept(:hash)::text, true) AS user

-- name: invitation_name
UPDATE users SET full_name = :fullName WHERE id = actor()

-- name: newcomer_credential
-- For whoever has just become the caller.
INSERT INTO credentials (user_id, hash)
SELECT actor(), :hash WHERE actor() IS NOT NULL

-- name: newcomer_welcome
-- For whoever has just become the caller: a message with the code of their address.
SELECT code_welcome()

-- name: newcomer_session
SELECT session_start(actor(), address_now(), agent_now(), :idle::interval, :max::interval, :how) AS session
 WHERE actor() IS NOT NULL

-- --- the password ---------------------------------------------------------------

-- name: password_look
SELECT c.hash, u.email, u.full_name AS name, login_locked(u.email) AS locked
  FROM users u JOIN credentials c ON c.user_id = u.id
 WHERE u.id = actor()

-- name: password_wrong
SELECT login_failed(:email, :max, :lock::interval), audit_note('password.refused', 'passwords', actor(), NULL)

-- name: password_set
UPDATE credentials SET hash = :hash, changed_at = now() WHERE user_id = actor()

-- name: password_end_others
SELECT sessions_end_all(actor(), session_now(), 'password changed')

-- --- codes --------------------------------------------------------------------------

-- name: code_request
-- wait: seconds until the next may be sent; null: it was.
SELECT code_request(:purpose) AS wait

-- name: code_verify
-- outcome: right, wrong or often; then wait says how long.
SELECT outcome, wait FROM code_verify(:purpose, :otp)

-- name: code_remind
-- A new code to who knows the password of an address that is not verified.
SELECT code_remind(:user)

-- name: forgot_ask
SELECT forgot_ask(:email, :link) AS wait

-- name: password_reset
-- Without a hash it only looks at the code.
SELECT outcome, wait FROM password_reset(:email, :otp, :hash)

-- name: email_verify
SELECT outcome, wait FROM email_verify(:email, :otp)

-- name: email_judge
-- Whether the caller may take this address: free, taken or often.
SELECT email_judge(:email) AS outcome

-- --- sessions, sign-ins, tokens ----------------------------------------------------

-- name: session_list
-- returns: Session
-- field: lastSeenAt s.last_seen_at time sort range
-- field: createdAt s.created_at time sort range
-- key: s.id
-- order: -lastSeenAt
SELECT s.id, s.agent, host(s.address) AS address, s.created_at AS "createdAt",
       s.last_seen_at AS "lastSeenAt", least(s.expires_at, s.idle_expires_at) AS "expiresAt",
       coalesce(s.id = session_now(), false) AS current
  FROM sessions s
 WHERE s.user_id = actor() AND s.ended_at IS NULL AND s.expires_at > now() AND s.idle_expires_at > now()

-- name: session_revoke
SELECT s.id, session_end(s.id, 'ended by its owner')
  FROM sessions s
 WHERE s.id = :id AND s.user_id = actor() AND s.ended_at IS NULL

-- name: sign_in_list
-- returns: SignIn
-- field: at i.at time range
-- field: outcome i.outcome text eq in=succeeded,failed,locked,refused
-- key: i.id int
-- order: -
SELECT i.id, i.at, host(i.address) AS address, i.agent, i.outcome, i.how
  FROM sign_ins i
 WHERE i.user_id = actor()

-- name: token_list
-- returns: Token
-- field: createdAt t.created_at time sort range
-- key: t.id
-- order: -createdAt
SELECT t.id, t.name, t.scopes, t.created_at AS "createdAt", t.expires_at AS "expiresAt",
       t.last_used_at AS "lastUsedAt", t.version
  FROM tokens t
 WHERE t.user_id = actor() AND t.ended_at IS NULL

-- name: token_create
-- returns: Token
INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
VALUES (actor(), :name, :hash, :scopes::text[], :expiresAt)
RETURNING id, name, scopes, created_at AS "createdAt", expires_at AS "expiresAt",
       last_used_at AS "lastUsedAt", version

-- name: token_end
UPDATE tokens SET ended_at = now()
 WHERE id = :id AND user_id = actor() AND ended_at IS NULL
RETURNING id
