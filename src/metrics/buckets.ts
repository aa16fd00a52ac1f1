/** Of what a call waits for, in seconds. */
export const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Of things that come together, up to as many as share a commit. */
export const MEMBERS = [1, 2, 4, 8, 16, 32, 64] as const;
