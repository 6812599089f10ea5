export const NANOS_PER_MINUTE = 60e9;
export const NANOS_PER_HOUR = 3600e9;
export const NANOS_PER_DAY = 86_400e9;
