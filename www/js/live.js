// SPDX-License-Identifier: ISC
//
// The stream of events, as pages see it.  A stand-in of the same shape: it hears nothing.

export const connection = { state: "live", since: Date.now() };

export async function start() {}
export function stop() {}
export const on = () => () => {};
export const whenChanged = () => () => {};
export const onConnection = () => () => {};
export function position() {}
