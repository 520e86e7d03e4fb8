# SPDX-License-Identifier: ISC
"""Rings the bell of push every two milliseconds, as busy writers do."""

import select

import bell

of_push = bell.find()
while True:
    bell.ring(of_push)
    select.select([], [], [], 0.002)
