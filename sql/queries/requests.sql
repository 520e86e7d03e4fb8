-- SPDX-License-Identifier: ISC
--
-- Queued requests: what the dispatcher of every responder asks, and what admin
-- tells of them (functions/78_requests.sql).

-- record: Request id:uuid method:text path:text state:text position:int? status:int?
-- record: Request headers:json body:json createdAt:time finishedAt:time?
-- record: RequestLine id:uuid method:text path:text state:text status:int?
-- record: RequestLine createdAt:time finishedAt:time?

-- name: request_accept
-- Keep the caller's request for later.
SELECT place::text FROM request_accept(:method, :path, :query, :type, :variables::jsonb, :body, :host, :tls::boolean)

-- name: request_load
-- One of ours that has no answer yet.
SELECT method, path, query, type, variables, body, length, address, agent, host, https,
       user_id, session_id, token
  FROM request_load(:request)

-- name: request_store
-- Keep the answer beside what it tells of; raises U0003 where there is one.
SELECT request_store(:request, :status, :headers, :body)

-- name: own_request_get
-- returns: Request
SELECT r.id, r.method, r.path, r.state, request_place(r.id) AS position, r.status,
       coalesce(r.headers, '{}') AS headers,
       CASE WHEN r.headers ->> 'Content-Type' LIKE 'application/%json' THEN r.answer::json
            ELSE to_json(nullif(r.answer, '')) END AS body,
       r.created_at AS "createdAt", r.finished_at AS "finishedAt"
  FROM own_requests r
 WHERE r.id = :id

-- name: own_request_list
-- returns: RequestLine
-- field: createdAt r.created_at time sort range
-- key: r.id
-- order: -createdAt
SELECT r.id, r.method, r.path, r.state, r.status,
       r.created_at AS "createdAt", r.finished_at AS "finishedAt"
  FROM own_requests r
 WHERE true
