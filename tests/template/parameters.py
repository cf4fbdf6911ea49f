"""Values for every parameter of the templates: each set to what it is not by itself, as a whole and one at a time."""

from typing import Any

SUBNETS = [f"subnet-0123456789abcdef{number}" for number in range(4)]
GROUPS = [f"sg-0123456789abcdef{number}" for number in range(3)]
STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/restored/stream/2026-11-27T11:37:12.123"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"

GROUPED: list[dict[str, str]] = [
    {"Runtime": "python3.12"},
    {"Runtime": "python3.11", "SnapStart": "no"},
    {"Architecture": "x86_64"},
    {"MemorySize": "10240"},
    {"CorsOrigins": "https://crm.example.net,https://pbx.example.net"},
    {"SubnetIds": ",".join(SUBNETS), "SecurityGroupIds": ",".join(GROUPS)},
    {
        "SubnetIds": ",".join(SUBNETS),
        "SecurityGroupIds": ",".join(GROUPS),
        "VpcId": "vpc-0123456789abcdef0",
        "RouteTableIds": "rtb-0123456789abcdef0",
    },
    {"DomainName": "api.example.net", "CertificateArn": CERTIFICATE},
    {
        "DomainName": "api.example.net",
        "CertificateArn": CERTIFICATE,
        "BasePath": "pbx",
        "DefaultEndpoint": "disabled",
    },
    {"EdgeSecret": f"{'a' * 64},{'b' * 64}", "EdgeOnly": "yes"},
    {"ExistingTableName": "restored", "ExistingTableStreamArn": STREAM},
    {"ExistingBucketName": "recordings.example.net"},
    {"DynamoDbClient": "boto3"},
    {"Revision": "2026.11b"},
    {"Deployment": "AllAtOnce"},
    {"Deployment": "Canary10Percent30Minutes"},
    {"LogRetentionDays": "3653"},
    {"ThrottleRate": "10000", "ThrottleBurst": "10000"},
    {"LiveConnections": "no"},
    {"LiveThrottleRate": "10000", "LiveThrottleBurst": "10000"},
    {"LiveAccessLogs": "yes"},
    {"RequestsPerKey": "10000", "RequestsPerSource": "10000"},
    {"CallsPerMinute": "10000", "CallsAtOnce": "10000"},
    {"DeliveriesAtOnce": "1000"},
    {"WebhookNetworks": ",".join(["192.0.2.128/25"] * 4)},
    {"RecordingDays": "0", "DeletedRecordingDays": "3650"},
    {"SlowMilliseconds": "29000"},
    {"Trace": "on"},
    {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:pager"},
]
"""Those that go together are together."""

EVERYTHING: dict[str, str] = {name: value for one in GROUPED for name, value in one.items()} | {
    "Runtime": "python3.14",
    "SnapStart": "yes",
}
LINTED: list[dict[str, str]] = [
    {},
    EVERYTHING,
    EVERYTHING | {"LiveConnections": "yes"},
    {"Deployment": "AllAtOnce", "Runtime": "python3.11", "SnapStart": "no"},
]
SETS: list[dict[str, Any]] = [{}, EVERYTHING, *GROUPED]

EDGE: dict[str, str] = {
    "DomainName": "api.example.net",
    "CertificateArn": CERTIFICATE,
    "OriginDomainName": "d-0123456789.execute-api.eu-central-1.amazonaws.com",
    "EdgeSecret": "a" * 64,
}
"""What the distribution cannot do without."""
EDGE_WITH_PAGE: dict[str, str] = {
    **EDGE,
    "Console": "yes",
    "LiveOriginDomainName": "abcde12345.execute-api.eu-central-1.amazonaws.com",
    "RecordingsDomainName": "recordings.s3.eu-central-1.amazonaws.com",
}
EDGE_SETS: list[dict[str, Any]] = [
    EDGE,
    EDGE_WITH_PAGE,
    {**EDGE, "Console": "yes"},
    {**EDGE, "RequestsPerSource": "20000", "LogBucketDomainName": "logs.s3.amazonaws.com"},
]
