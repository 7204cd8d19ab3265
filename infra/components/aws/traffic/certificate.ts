import { Certificate as AcmCertificate } from "@pulumi/aws/acm/certificate";
import { CertificateValidation } from "@pulumi/aws/acm/certificateValidation";
import { Record as DnsRecord } from "@pulumi/aws/route53/record";
import * as pulumi from "@pulumi/pulumi";
import { certificateDomain } from "../../../values/aws/traffic/dns";
import type { AwsCell, CellOptions } from "../cell";

/** One region's certificate for the names of all models: made, proven by DNS, and renewed by AWS while the proof stands. */
export class Certificate extends pulumi.ComponentResource {
  /** Known when the certificate can be used. */
  readonly arn: pulumi.Output<string>;

  constructor({ region, config }: AwsCell, zoneId: string, opts: CellOptions) {
    super("homeport:aws:Certificate", region, {}, { parent: opts.parent });
    // A wildcard: a model that is added needs no new one, and the public log of certificates tells no model's name.
    const certificate = new AcmCertificate(
      `${region}/models`,
      { domainName: certificateDomain(config), validationMethod: "DNS" },
      { parent: this },
    );
    const proof = certificate.domainValidationOptions.apply((options) => options[0]);
    // The proof is the same for every region of an account, so every region writes it, and none takes it away (0086).
    const record = new DnsRecord(
      `${region}/models-proof`,
      {
        zoneId,
        name: proof.apply((option) => option?.resourceRecordName ?? ""),
        type: proof.apply((option) => option?.resourceRecordType ?? ""),
        records: [proof.apply((option) => option?.resourceRecordValue ?? "")],
        ttl: 300,
        allowOverwrite: true,
      },
      { parent: this, retainOnDelete: true },
    );
    this.arn = new CertificateValidation(
      `${region}/models`,
      { certificateArn: certificate.arn, validationRecordFqdns: [record.fqdn] },
      { parent: this },
    ).certificateArn;
    this.registerOutputs();
  }
}
