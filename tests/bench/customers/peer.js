// SPDX-License-Identifier: ISC
// The same endpoints as one would write them in Express with pg: verify the token, look up
// session and permissions, ask, answer.  Same tables, indexes and triggers, so audit rows
// and events are written here, too.  Two processes, as on two cores.
import cluster from 'node:cluster';
import { createSecretKey } from 'node:crypto';
import express from 'express';
import jwt from 'jsonwebtoken';
import pg from 'pg';

const { PORT, KEY } = process.env;

const columns = `c.id, c.name, c.email, c.phone, c.country_code AS "countryCode", c.company, c.status,
	c.owner_id AS "ownerId", c.tags, c.custom_fields AS "customFields",
	(SELECT coalesce(json_agg(json_build_object('id', x.id, 'name', x.name) ORDER BY x.name), '[]')
	   FROM (SELECT m.group_id AS id, (SELECT g.name FROM customer_groups g WHERE g.id = m.group_id) AS name
	           FROM customer_group_members m WHERE m.customer_id = c.id AND m.deleted_at IS NULL) x) AS groups,
	c.last_activity_at AS "lastActivityAt", c.created_at AS "createdAt", c.updated_at AS "updatedAt", c.version`;
const newest = 'ORDER BY c.created_at DESC, c.id DESC LIMIT 50';

const statements = {
	session: `SELECT bench_rights($1, $2) AS granted`,
	get: `SELECT ${columns} FROM customers c WHERE c.id = $1 AND c.deleted_at IS NULL`,
	list: `SELECT ${columns} FROM customers c WHERE c.deleted_at IS NULL ${newest}`,
	deep: `SELECT ${columns} FROM customers c WHERE c.deleted_at IS NULL AND c.created_at < $1 ${newest}`,
	update: `UPDATE customers c SET status = coalesce($2, c.status), custom_fields = c.custom_fields || coalesce($3, '{}')
	          WHERE c.id = $1 AND c.deleted_at IS NULL RETURNING ${columns}`,
};

function serve() {
	const key = createSecretKey(Buffer.from(KEY, 'hex'));
	const pool = new pg.Pool({ max: 4 });
	const ask = async (name, values) => (await pool.query({ name, text: statements[name], values })).rows;
	const app = express();
	app.disable('x-powered-by');
	app.set('query parser', 'simple');
	app.use(express.json());

	const need = (permission) => async (req, res, next) => {
		let claims;
		try {
			claims = jwt.verify((req.headers.authorization ?? '').slice(7), key, { algorithms: ['HS256'] });
		} catch {
			return res.status(401).json({ code: 1004 });
		}
		const [who] = await ask('session', [claims.sub, claims.sid]);
		if (!who?.granted?.includes(permission)) return res.status(403).json({ code: 1005 });
		next();
	};
	const one = (res, rows) => (rows.length ? res.json(rows[0]) : res.status(404).json({ code: 3001 }));

	app.get('/api/v1/customers/:id', need('customers:read'), async (req, res) =>
		one(res, await ask('get', [req.params.id])));
	app.patch('/api/v1/customers/:id', need('customers:update'), async (req, res) =>
		one(res, await ask('update', [req.params.id, req.body.status, req.body.customFields])));
	app.get('/api/v1/customers', need('customers:read'), async (req, res) => {
		const { search } = req.query;
		const before = req.query['createdAt[lt]'];
		if (before) return res.json({ items: await ask('deep', [before]) });
		if (!search) return res.json({ items: await ask('list', []) });
		// Planned for its words, as the other side does.
		const words = search.toLowerCase().split(/\s+/).map((w) => `%${w.replace(/[\\%_]/g, '\\$&')}%`);
		const text = `SELECT ${columns} FROM customers c WHERE c.deleted_at IS NULL
			${words.map((_, i) => `AND c.search LIKE $${i + 1}`).join(' ')} ${newest}`;
		res.json({ items: (await pool.query(text, words)).rows });
	});
	app.listen(PORT, '127.0.0.1');
}

if (cluster.isPrimary) {
	cluster.fork();
	cluster.fork();
} else {
	serve();
}
