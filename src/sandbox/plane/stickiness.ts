/** The cookie that ties a client to one target group, whatever the weights are, until it expires (in the sandbox's time). */

export const COOKIE = 'AWSALBTG'

export function stickyCookie(groupSuffix: string, expiresAt: number): string {
  return Buffer.from(`${Math.round(expiresAt)} ${groupSuffix}`).toString('base64url')
}

/** The group's suffix, if the request carries a cookie that hasn't expired at `now`. */
export function stuckTo(cookies: string | undefined, now: number): string | undefined {
  const value = cookies
    ?.split(/;\s*/)
    .find((cookie) => cookie.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1)
  if (value === undefined) return undefined
  const [expiresAt = '', suffix] = Buffer.from(value, 'base64url').toString().split(' ')
  return Number(expiresAt) > now ? suffix : undefined
}
