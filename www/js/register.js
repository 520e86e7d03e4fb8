// SPDX-License-Identifier: ISC

import { enhance } from "/js/forms.js";
import { addStrength } from "/js/strength.js";

const form = document.querySelector("form");
const { fullName, email, password } = form.elements;

enhance(form, { path: "auth/register" });
addStrength(password, () => [fullName.value, email.value]);
