let name = "";

/** The service that spans are reported for; empty until it is set. */
export function service(): string {
  return name;
}

/** Names the service that spans are reported for, once, when the program starts. */
export function setService(serviceName: string): void {
  name = serviceName;
}
