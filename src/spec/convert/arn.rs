//! Names of resources of AWS.

/// The parts of an ARN: `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`.
pub(super) struct Arn<'a> {
    /// `aws`, `aws-cn`.
    pub(super) partition: &'a str,
    /// `iam`, `firehose`.
    pub(super) service: &'a str,
    /// Empty for a service without regions.
    pub(super) region: &'a str,
    /// Twelve digits.
    pub(super) account: &'a str,
    /// What the service calls it: `role/dev`, `deliverystream/logs`.
    pub(super) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads an ARN of a partition of AWS (`aws`, `aws-cn`, `aws-us-gov` ...) and an account of twelve digits; nothing where it is none.
    pub(super) fn of(text: &'a str) -> Option<Self> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", partition, service, region, account, resource] = parts.as_slice() else { return None };
        let is_partition = (*partition == "aws" || partition.starts_with("aws-"))
            && partition.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        (is_partition && is_account).then_some(Arn { partition, service, region, account, resource })
    }

    /// What IAM calls it; nothing where it is of another service.
    pub(super) fn of_iam(text: &'a str) -> Option<&'a str> {
        Self::of(text).filter(|arn| arn.service == "iam" && arn.region.is_empty()).map(|arn| arn.resource)
    }
}
