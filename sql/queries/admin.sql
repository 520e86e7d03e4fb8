-- SPDX-License-Identifier: ISC
--
-- Other people's accounts, roles, permissions and the audit log, for the admin
-- responder.  Who may act on whom is the business of triggers
-- (functions/50_rules.sql), so no query asks it again.

-- `permissions` is what role and own ones come to, every name spelt out;
-- `ownPermissions` are those beyond the role's, as they were given.

-- record: User id:uuid fullName:text email:text profilePic:text
-- record: User designation:text? role:text permissions:texts ownPermissions:texts
-- record: User isActive:bool createdAt:time updatedAt:time version:int isInvited:bool

-- let: user
u.id, u.full_name AS "fullName", u.email, u.picture AS "profilePic", u.designation,
(SELECT x.name FROM roles x WHERE x.id = u.role_id) AS role, u.granted AS permissions,
u.permissions AS "ownPermissions", u.is_active AS "isActive", u.created_at AS "createdAt",
u.updated_at AS "updatedAt", u.version

-- Has not accepted yet.
-- let: invited
EXISTS (SELECT FROM invitations i WHERE i.user_id = u.id AND i.ended_at IS NULL) AS "isInvited"

-- record: Invitation user:json inviteUrl:text

-- name: user_list
-- returns: User
-- field: createdAt u.created_at time sort range
-- field: fullName u.full_name text sort eq
-- field: email u.email text sort eq
-- field: role r.name text eq
-- field: isActive u.is_active bool eq
-- search: u.full_name || ' ' || u.email
-- key: u.id
-- order: -createdAt
SELECT ${user}, ${invited}
  FROM users u JOIN roles r ON r.id = u.role_id
 WHERE u.deleted_at IS NULL

-- name: user_get
-- returns: User
-- One person as they are: to read, and to say why a change touched nobody.
SELECT ${user}, ${invited}
  FROM users u
 WHERE u.id = :id AND u.deleted_at IS NULL

-- name: user_invite
-- returns: User
-- Somebody new, who cannot sign in before accepting; spoken to as who invites is.
INSERT INTO users AS u (full_name, email, designation, role_id, locale)
VALUES (:fullName, :email, :designation, role_named(:role), (SELECT a.locale FROM users a WHERE a.id = actor()))
RETURNING ${user}, true AS "isInvited"

-- name: user_invitation
-- The invitation of whoever has this address; it replaces an older one.
SELECT invitation_create(u.id, :hash, interval '7 days', :link)
  FROM users u
 WHERE u.email = :email AND u.deleted_at IS NULL

-- name: user_invitation_again
-- A new one by id, for a link that was lost.
SELECT invitation_create(u.id, :hash, interval '7 days', :link)
  FROM users u
 WHERE u.id = :id AND u.deleted_at IS NULL

-- name: user_update
-- returns: User
UPDATE users u
   SET role_id = CASE WHEN :role? THEN role_named(:role) ELSE u.role_id END,
       permissions = coalesce(:permissions::text[], u.permissions),
       designation = CASE WHEN :designation? THEN :designation ELSE u.designation END
 WHERE u.id = :id AND u.deleted_at IS NULL
   AND u.version = coalesce(:ifVersion, u.version)
RETURNING ${user}, ${invited}

-- name: user_revoke
-- returns: User
-- Triggers end the sessions.  Done twice it is done once: no new version.
UPDATE users u
   SET is_active = false
 WHERE u.id = :id AND u.deleted_at IS NULL
   AND u.version = coalesce(:ifVersion, u.version)
RETURNING ${user}, ${invited}

-- name: user_restore
-- returns: User
UPDATE users u
   SET is_active = true
 WHERE u.id = :id AND u.deleted_at IS NULL
   AND u.version = coalesce(:ifVersion, u.version)
RETURNING ${user}, ${invited}

-- record: Person id:uuid fullName:text profilePic:text

-- name: user_directory
-- returns: Person
-- Whom everybody signed in may know of: names, not addresses.
-- field: fullName u.full_name text sort
-- search: u.full_name
-- key: u.id
-- order: fullName
SELECT u.id, u.full_name AS "fullName",
       u.picture AS "profilePic"
  FROM users u
 WHERE u.deleted_at IS NULL AND u.is_active

-- record: Permission name:text doc:text roles:texts

-- name: permission_list
-- returns: Permission
-- What may be allowed, and the built-in roles that hold it from the start.
-- field: name p.name text eq
-- key: p.name text
SELECT p.name, p.doc, p.roles
  FROM permissions p
 WHERE true

-- record: Role id:uuid name:text description:text permissions:texts
-- record: Role builtIn:bool createdAt:time updatedAt:time version:int

-- name: role_list
-- returns: Role
-- field: name r.name text sort eq
-- key: r.id
-- order: name
SELECT r.id, r.name, r.description, r.permissions, r.built_in AS "builtIn",
       r.created_at AS "createdAt", r.updated_at AS "updatedAt", r.version
  FROM roles r
 WHERE r.deleted_at IS NULL

-- name: role_get
-- returns: Role
-- As it is; whoever sees roles may restore a deleted one.
SELECT id, name, description, permissions, built_in AS "builtIn",
       created_at AS "createdAt", updated_at AS "updatedAt", version,
       deleted_at IS NOT NULL AS _deleted
  FROM roles
 WHERE id = :id

-- name: role_create
-- returns: Role
INSERT INTO roles (name, description, permissions)
VALUES (:name, coalesce(:description, ''), coalesce(:permissions::text[], '{}'))
RETURNING id, name, description, permissions, built_in AS "builtIn",
       created_at AS "createdAt", updated_at AS "updatedAt", version

-- name: role_replace
-- returns: Role
-- What is left out takes its default.
UPDATE roles
   SET name = :name,
       description = coalesce(:description, ''),
       permissions = coalesce(:permissions::text[], '{}')
 WHERE id = :id AND deleted_at IS NULL AND version = coalesce(:ifVersion, version)
RETURNING id, name, description, permissions, built_in AS "builtIn",
       created_at AS "createdAt", updated_at AS "updatedAt", version

-- name: role_delete
UPDATE roles
   SET deleted_at = now()
 WHERE id = :id AND deleted_at IS NULL AND version = coalesce(:ifVersion, version)
RETURNING id

-- name: role_restore
-- returns: Role
UPDATE roles
   SET deleted_at = NULL
 WHERE id = :id AND deleted_at IS NOT NULL
RETURNING id, name, description, permissions, built_in AS "builtIn",
       created_at AS "createdAt", updated_at AS "updatedAt", version

-- record: AuditEntry id:int at:time action:text actor:uuid? actorName:text?
-- record: AuditEntry resource:text? resourceId:uuid? before:json? after:json?
-- record: AuditEntry address:text? agent:text? request:uuid? session:uuid?
-- record: AuditEntry token:uuid? databaseRole:text

-- name: audit_list
-- returns: AuditEntry
-- field: id a.id int eq
-- field: at a.at time sort range
-- field: actor a.actor uuid eq
-- field: action a.action text eq
-- field: resource a.resource text eq
-- field: resourceId a.resource_id uuid eq
-- field: request a.request uuid eq
-- key: a.id int
-- order: -at
SELECT a.id, a.at, a.action, a.actor, u.full_name AS "actorName", a.resource,
       a.resource_id AS "resourceId", audit_shown(a.resource, p.before) AS before,
       audit_shown(a.resource, p.after) AS after, a.address, a.agent,
       a.request, a.session, a.token, a.role AS "databaseRole"
  FROM audit a
  LEFT JOIN users u ON u.id = a.actor
  LEFT JOIN audit_payload p ON p.audit_id = a.id
 WHERE true

-- record: View id:uuid resource:text name:text settings:json createdAt:time updatedAt:time version:int

-- let: view
v.id, v.resource, v.name, v.settings, v.created_at AS "createdAt", v.updated_at AS "updatedAt", v.version

-- name: view_list
-- returns: View
-- The caller's own.
-- field: name v.name text sort
-- field: resource v.resource text eq
-- key: v.id
-- order: name
SELECT ${view}
  FROM views v
 WHERE v.owner_id = actor() AND v.deleted_at IS NULL

-- name: view_create
-- returns: View
INSERT INTO views AS v (resource, name, settings)
VALUES (:resource, :name, coalesce(:settings::jsonb, '{}'))
RETURNING ${view}

-- name: view_delete
UPDATE views v
   SET deleted_at = now()
 WHERE v.id = :id AND v.owner_id = actor() AND v.deleted_at IS NULL
   AND v.version = coalesce(:ifVersion, v.version)
RETURNING v.id

-- record: Found resource:text id:uuid title:text subtitle:text? rank:float

-- name: search
-- returns: Found
-- The best of every resource; each has a function that knows what the caller may see.
SELECT f.resource, f.id, f.title, f.subtitle, f.rank
  FROM (SELECT u.* FROM search_users(actor(), :q, coalesce(:limit, 20)) u
        UNION ALL
        SELECT c.* FROM search_customers(actor(), :q, coalesce(:limit, 20)) c) f
 ORDER BY f.rank DESC, f.title, f.id LIMIT coalesce(:limit, 20)

-- What handlers answer without a query.

-- record: Health status:text timestamp:time version:text environment:text
-- record: Health uptime:int memoryUsage:json checks:json
-- record: Readiness status:text
-- record: Settings file:text? items:json
