// SPDX-License-Identifier: ISC
//
// One permission put into a role or taken out of it.  Of one role after the other, so that quick marks do not
// overtake each other; where somebody else was sooner it is put onto what they left, for marks never conflict.

import * as api from "/js/api.js";
import { t, translated } from "/js/i18n/index.js";
import { grantWords } from "/js/app/parts/grants.js";

const turns = new Map(); // role id → the last change that was sent
const known = new Map(); // role id → it as the server has it, newer than the list

export const whole = ({ name, description, permissions }) => ({ name, description, permissions });
export const marked = (role, name, is) => is ? [...role.permissions.filter((one) => one !== name), name] : role.permissions.filter((one) => one !== name);

export function give(list, role, name, is) {
	const said = t(is ? "roles.given" : "roles.taken", { role: translated(role.name), what: grantWords({ name }) });
	const now = list.rows.find((one) => one.id === role.id) ?? role;

	return list.change(role.id, { permissions: marked(now, name, is) }, { said, about: `role ${role.id}`,
		undo: () => give(list, role, name, !is),
		send: () => {
			const turn = (turns.get(role.id) ?? Promise.resolve()).catch(() => {}).then(() => put(now, name, is));
			turns.set(role.id, turn);
			return turn.finally(() => {
				if (turns.get(role.id) === turn) {
					turns.delete(role.id);
					list.reload();
				}
			});
		} });
}

async function put(role, name, is) {
	for (let base = newer(role); ; ) {
		try {
			const { body } = await api.put(`roles/${role.id}`, whole({ ...base, permissions: marked(base, name, is) }), `"${base.version}"`);
			known.set(role.id, body);
			return body;
		} catch (problem) {
			if (problem.status !== 412)
				throw problem;
			base = (await api.get(`roles/${role.id}`, { fresh: true })).body;
		}
	}
}

function newer(role) {
	const last = known.get(role.id);

	return last?.version > role.version ? last : role;
}
