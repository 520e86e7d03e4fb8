// SPDX-License-Identifier: ISC

import { enhance } from "/js/forms.js";

enhance(document.querySelector("form"), { path: "auth/login" });
