/** For which account, Regions and environment a policy is printed. */
export interface Where {
  /** `aws`, `aws-cn`, … */
  readonly partition: string
  readonly account: string
  /** Home first, then the recovery Region if there is one. */
  readonly regions: readonly string[]
  readonly service: string
  readonly environment: string
}
