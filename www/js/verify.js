// SPDX-License-Identifier: ISC

import { enhance } from "/js/forms.js";
import { t } from "/js/i18n/index.js";
import { greet } from "/js/member.js";

enhance(document.querySelector("form"), { path: "auth/verify-email", says: { 1002: t("code.wrong") } });
greet();
