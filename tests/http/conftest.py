# SPDX-License-Identifier: ISC
from people import anonymous, chair, employee, manager  # noqa: F401
