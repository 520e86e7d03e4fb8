// SPDX-License-Identifier: ISC

import { enhance } from "/js/forms.js";
import { addStrength } from "/js/strength.js";

const form = document.querySelector("form");
const { fullName, email, password } = form.elements;

// Where an address has to be verified first, nobody is signed in yet.
enhance(form, { path: "auth/register", done: (body, next) => location.assign(body.user ? next : "/verify/#sent") });
addStrength(password, () => [fullName.value, email.value]);
