/** Who we are on AWS, for confirmations and the journal. It never shows a secret. */
import type {AwsSession} from './session.ts'

export interface Identity {
  readonly account: string
  readonly arn: string
  /** When the credentials expire, epoch ms; null when they don't, or don't say. */
  readonly expiresAt: number | null
}

export async function identity(session: AwsSession, signal?: AbortSignal): Promise<Identity> {
  const answer = await session.call('sts', 'GetCallerIdentity', {}, {signal})
  return {account: answer.Account ?? '', arn: answer.Arn ?? '', expiresAt: await session.credentialsExpireAt()}
}
