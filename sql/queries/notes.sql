-- SPDX-License-Identifier: ISC
--
-- Notes, the example resource: each belongs to whoever wrote it.

-- record: Note id:uuid title:text text:text? tags:texts
-- record: Note createdAt:time updatedAt:time version:int

-- name: note_list
-- returns: Note
-- field: createdAt n.created_at time sort range
-- field: title n.title text sort eq
-- field: tags n.tags texts eq
-- search: n.title || ' ' || coalesce(n.body, '')
-- key: n.id
-- order: -createdAt
SELECT n.id, n.title, n.body AS text, n.tags, n.created_at AS "createdAt",
       n.updated_at AS "updatedAt", n.version
  FROM notes n
 WHERE n.owner_id = actor() AND n.deleted_at IS NULL

-- name: note_get
-- returns: Note
-- As it is; deleted ones are seen by who may restore them.
SELECT id, title, body AS text, tags, created_at AS "createdAt",
       updated_at AS "updatedAt", version, deleted_at IS NOT NULL AS _deleted
  FROM notes
 WHERE id = :id AND owner_id = actor()
   AND (deleted_at IS NULL OR may('notes:delete'))

-- name: note_create
-- returns: Note
INSERT INTO notes (owner_id, title, body, tags)
VALUES (actor(), :title, :text, coalesce(:tags::text[], '{}'))
RETURNING id, title, body AS text, tags, created_at AS "createdAt",
       updated_at AS "updatedAt", version

-- name: note_update
-- returns: Note
UPDATE notes
   SET title = coalesce(:title, title),
       body = CASE WHEN :text? THEN :text ELSE body END,
       tags = coalesce(:tags::text[], tags)
 WHERE id = :id AND owner_id = actor() AND deleted_at IS NULL
   AND version = coalesce(:ifVersion, version)
RETURNING id, title, body AS text, tags, created_at AS "createdAt",
       updated_at AS "updatedAt", version

-- name: note_delete
UPDATE notes
   SET deleted_at = now()
 WHERE id = :id AND owner_id = actor() AND deleted_at IS NULL
   AND version = coalesce(:ifVersion, version)
RETURNING id

-- name: note_restore
-- returns: Note
UPDATE notes
   SET deleted_at = NULL
 WHERE id = :id AND owner_id = actor() AND deleted_at IS NOT NULL
RETURNING id, title, body AS text, tags, created_at AS "createdAt",
       updated_at AS "updatedAt", version
