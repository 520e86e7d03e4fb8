// SPDX-License-Identifier: ISC
//
// The one place that names the vendored module: Preact with htm bound to it.

export {
	html, render, createContext,
	useCallback, useContext, useEffect, useErrorBoundary, useLayoutEffect, useMemo, useRef, useState,
} from "/vendor/htm-preact.mjs";
