/** What has become of streams. */
export class StreamMeter {
  broken = 0;
  resumed = 0;
  /** Exports that were complete. */
  exports = 0;
  exportedUsers = 0;
  changes = 0;
  auditEntries = 0;
}
