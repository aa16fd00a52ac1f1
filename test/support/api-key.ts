/** What most keys have; what is left out is the account, the id and the user. */
export const KEY = {
  displayName: "Key",
  role: "READER",
  createTime: 1,
  expireTime: null,
  requireNonce: false,
  certificateNames: [],
  rateLimit: null,
  lastUseTime: null,
  revokeTime: null,
} as const;
