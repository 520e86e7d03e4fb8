// SPDX-License-Identifier: ISC
// What GET /api/v1/auth/me does, as one would write it in Node: verify the
// token with a KeyObject, check that user and session live and fetch the row
// in one prepared statement, answer JSON.  Two processes, as on two cores.
import cluster from 'node:cluster';
import { createSecretKey } from 'node:crypto';
import express from 'express';
import Fastify from 'fastify';
import jwt from 'jsonwebtoken';
import pg from 'pg';

const { PEER, PORT, KEY } = process.env;

const statement = {
	name: 'me',
	text: `SELECT u.id, u.full_name AS "fullName", u.email, u.picture AS "profilePic",
	              u.designation, r.name AS role, u.granted AS permissions,
	              u.is_active AS "isActive", u.created_at AS "createdAt",
	              u.updated_at AS "updatedAt", u.version
	         FROM users u JOIN roles r ON r.id = u.role_id
	         JOIN sessions s ON s.user_id = u.id AND s.id = $2
	        WHERE u.id = $1 AND u.is_active AND u.deleted_at IS NULL
	          AND s.ended_at IS NULL AND s.expires_at > now() AND s.idle_expires_at > now()`,
};

function work() {
	const key = createSecretKey(Buffer.from(KEY, 'hex'));
	const pool = new pg.Pool({ max: 4 });

	return async (authorization) => {
		let claims;
		try {
			claims = jwt.verify(authorization.slice(7), key, { algorithms: ['HS256'] });
		} catch {
			return null;
		}
		const { rows } = await pool.query({ ...statement, values: [claims.sub, claims.sid] });
		return rows[0] ?? null;
	};
}

function serveExpress(me) {
	const app = express();
	app.disable('x-powered-by');
	app.get('/api/v1/auth/me', async (req, res) => {
		const user = await me(req.headers.authorization ?? '');
		if (user) res.json(user);
		else res.status(401).json({ code: 1004 });
	});
	app.listen(PORT, '127.0.0.1');
}

function serveFastify(me) {
	const app = Fastify();
	app.get('/api/v1/auth/me', async (req, reply) => {
		const user = await me(req.headers.authorization ?? '');
		return user ?? reply.code(401).send({ code: 1004 });
	});
	app.listen({ port: Number(PORT), host: '127.0.0.1' });
}

if (cluster.isPrimary) {
	cluster.fork();
	cluster.fork();
} else {
	(PEER === 'express' ? serveExpress : serveFastify)(work());
}
