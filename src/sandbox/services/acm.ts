/** Certificate Manager: certificates requested by stacks and calls, pending until their records are found. */
import type {
  CertificateDetail,
  CertificateSummary,
  DeleteCertificateRequest,
  DescribeCertificateRequest,
  DescribeCertificateResponse,
  ListCertificatesRequest,
  ListCertificatesResponse,
  RequestCertificateRequest,
  RequestCertificateResponse,
} from '@aws-sdk/client-acm'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, CallContext, Service, World} from '../world/contract.ts'
import {uuid} from '../world/uuid.ts'
import {CERTIFICATE, domainsOf, isIssued, issuedAt, validations} from './acm-validation.ts'
import {certificateUsers} from './certificate-users.ts'
import {putRecord, recordOf, recordsOf, tagsFrom} from './records/lookup.ts'
import {page} from './records/page.ts'
import {text} from './records/properties.ts'

export function createAcm(world: World): Service {
  const find = (call: CallContext, arn: string | undefined): AccountRecord => {
    const found = recordOf(world, CERTIFICATE, call.region, arn ?? '')
    if (found === undefined) throw new AwsFault('ResourceNotFoundException', `Could not find certificate ${arn ?? ''}.`)
    return found
  }
  return {
    name: 'acm',
    operations: {
      DescribeCertificate: ({CertificateArn}: DescribeCertificateRequest, call: CallContext): DescribeCertificateResponse => ({
        Certificate: detail(world, find(call, CertificateArn)),
      }),
      ListCertificates: (input: ListCertificatesRequest, call: CallContext): ListCertificatesResponse => {
        const found = recordsOf(world, CERTIFICATE, call.region)
          .map((one) => summary(world, one))
          .filter(
            ({Status}) =>
              input.CertificateStatuses === undefined || input.CertificateStatuses.some((wanted) => wanted === Status),
          )
        const {items, next} = page(found, input.NextToken, input.MaxItems ?? 100)
        return {CertificateSummaryList: [...items], NextToken: next}
      },
      RequestCertificate: (input: RequestCertificateRequest, call: CallContext) => request(world, input, call),
      DeleteCertificate: ({CertificateArn}: DeleteCertificateRequest, call: CallContext) => {
        const certificate = find(call, CertificateArn)
        if (certificateUsers(world, certificate.id).length > 0) {
          throw new AwsFault('ResourceInUseException', `Certificate ${certificate.id} in account ${call.account} is in use.`)
        }
        world.records.remove(call.region, CERTIFICATE, certificate.id)
        return {}
      },
    },
  }
}

/** The same idempotency token within an hour is the same certificate. */
function request(world: World, input: RequestCertificateRequest, call: CallContext): RequestCertificateResponse {
  const token = input.IdempotencyToken
  const known =
    token === undefined
      ? undefined
      : recordsOf(world, CERTIFICATE, call.region).find(
          ({attributes, createdAt}) => attributes['IdempotencyToken'] === token && world.clock.now() - createdAt < 3_600_000,
        )
  if (known !== undefined) return {CertificateArn: known.id}
  const id = `arn:aws:acm:${call.region}:${call.account}:certificate/${uuid(world)}`
  putRecord(world, {
    type: CERTIFICATE,
    region: call.region,
    id,
    tags: tagsFrom(input.Tags),
    attributes: {CertificateArn: id, ...(token !== undefined && {IdempotencyToken: token})},
    properties: {
      DomainName: input.DomainName,
      SubjectAlternativeNames: input.SubjectAlternativeNames ?? [],
      ValidationMethod: input.ValidationMethod ?? 'EMAIL',
    },
  })
  return {CertificateArn: id}
}

function summary(world: World, certificate: AccountRecord): CertificateSummary {
  const issued = isIssued(world, certificate)
  const names = domainsOf(certificate)
  return {
    CertificateArn: certificate.id,
    DomainName: text(certificate.properties, 'DomainName'),
    SubjectAlternativeNameSummaries: [...names],
    Status: issued ? 'ISSUED' : 'PENDING_VALIDATION',
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: 'RSA_2048',
    InUse: certificateUsers(world, certificate.id).length > 0,
    CreatedAt: new Date(certificate.createdAt),
  }
}

function detail(world: World, certificate: AccountRecord): CertificateDetail {
  const issued = isIssued(world, certificate)
  const at = issuedAt(world, certificate)
  return {
    CertificateArn: certificate.id,
    DomainName: text(certificate.properties, 'DomainName'),
    SubjectAlternativeNames: [...domainsOf(certificate)],
    Status: issued ? 'ISSUED' : 'PENDING_VALIDATION',
    Type: 'AMAZON_ISSUED',
    KeyAlgorithm: 'RSA_2048',
    SignatureAlgorithm: 'SHA256WITHRSA',
    CreatedAt: new Date(certificate.createdAt),
    ...(issued && at !== null && {IssuedAt: new Date(at), NotBefore: new Date(at), NotAfter: new Date(at + 198 * 86_400_000)}),
    InUseBy: [...certificateUsers(world, certificate.id)],
    RenewalEligibility: issued ? 'ELIGIBLE' : 'INELIGIBLE',
    DomainValidationOptions: validations(world, certificate).map(({domain, name, value, since}) => ({
      DomainName: domain,
      ValidationDomain: domain,
      ValidationMethod: 'DNS',
      ValidationStatus: issued || (since !== null && since + 60_000 <= world.clock.now()) ? 'SUCCESS' : 'PENDING_VALIDATION',
      ResourceRecord: {Name: name, Type: 'CNAME', Value: value},
    })),
  }
}
