// Idempotency keys: what is asked for twice with the same one is done once.

/** A key that nobody else has. Pages that did not come by HTTPS lack crypto.randomUUID. */
export const newKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
