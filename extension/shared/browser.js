// The browser's own name for what extensions may use: `browser` in Firefox, `chrome` in Chromium.
export const browser = globalThis.browser ?? globalThis.chrome;
