/** The bound of a test that works for seconds on an idle machine: servers that break and come back, or very many cases. */
export const LONG = { timeout: 120_000 };
