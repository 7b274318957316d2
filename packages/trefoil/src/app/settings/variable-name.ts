const NAME = /^[A-Za-z][A-Za-z0-9_]*$/

/** True for what can be the name of a setting. */
export function isSettingName(name: string): boolean {
  return NAME.test(name) && name !== '__proto__'
}

/** `serverName` → `SERVER_NAME`, `dbURL` → `DB_URL`, `s3Bucket` → `S3_BUCKET`. */
export function variableName(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toUpperCase()
}
