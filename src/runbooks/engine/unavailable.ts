/** AWS couldn't serve a call now, or its outcome isn't known. Adapters throw it; the engine waits and looks again. */
export class Unavailable extends Error {
  /** The AWS action: `elasticloadbalancing:ModifyRule`. */
  readonly action: string
  constructor(action: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Unavailable'
    this.action = action
  }
}
