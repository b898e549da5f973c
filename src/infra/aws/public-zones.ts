/** Public hosted zones of the account, whose names a stack may take. Reads only. */
import type {AwsSession} from './session.ts'

export interface PublicZone {
  readonly id: string
  /** Without the dot at its end. */
  readonly name: string
}

export async function publicZones(session: AwsSession, signal?: AbortSignal): Promise<readonly PublicZone[]> {
  const zones: PublicZone[] = []
  let Marker: string | undefined
  do {
    const page = await session.call('route53', 'ListHostedZones', {...(Marker !== undefined && {Marker})}, {signal})
    for (const {Id = '', Name = '', Config} of page.HostedZones ?? []) {
      if (Config?.PrivateZone !== true) zones.push({id: Id.replace('/hostedzone/', ''), name: Name.replace(/\.$/, '')})
    }
    Marker = page.IsTruncated === true ? page.NextMarker : undefined
  } while (Marker !== undefined)
  return zones
}
