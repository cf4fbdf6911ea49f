"""What is made on AWS, with every parameter set and unset. ``make check`` lints the same."""

import json
import re
import tomllib
from typing import Any

import pytest

from ringpost.settings import Settings
from tests.template.parameters import EDGE, EDGE_SETS, EDGE_WITH_PAGE, EVERYTHING, GROUPED, SETS, STREAM
from tests.template.reading import ROOT, Template, named

TABLE, BUCKET = {"ExistingTableName": "restored", "ExistingTableStreamArn": STREAM}, {"ExistingBucketName": "sounds"}
ARN = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/restored"
every_set = pytest.mark.parametrize("chosen", SETS, ids=lambda chosen: ",".join(chosen)[:60] or "none")


def statements(template: Template, role: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = template.properties(role)["Policies"][0]["PolicyDocument"]["Statement"]
    return found


def may(template: Template, role: str, action: str) -> list[Any]:
    """Upon what a role may do that."""
    found = []
    for one in statements(template, role):
        actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
        if action in actions:
            found += one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]]
    return found


def test_the_sets_have_every_parameter_set_and_unset() -> None:
    assert EVERYTHING.keys() == Template().parameters.keys()
    assert {name for one in EDGE_SETS for name in one} == Template("template-cloudfront.yaml", **EDGE).parameters.keys()


@every_set
def test_nothing_refers_to_what_is_not_made(chosen: dict[str, str]) -> None:
    template = Template(**chosen)
    there = template.resources.keys() | template.parameters.keys()
    assert {name for name in template.named() if not name.startswith("AWS::")} <= there
    assert template.broken_rules() == []


@pytest.mark.often
@every_set
def test_every_value_is_one_its_parameter_allows(chosen: dict[str, str]) -> None:
    for name, value in Template(**chosen).parameters.items():
        about = Template().written["Parameters"][name]
        assert value in map(str, about.get("AllowedValues", [value]))
        assert re.fullmatch(about.get("AllowedPattern", ".*"), value)
        assert len(value) <= about.get("MaxLength", len(value))
        assert about["Type"] != "Number" or about.get("MinValue", 0) <= int(value) <= about.get("MaxValue", int(value))


@every_set
def test_the_functions_read_what_they_are_told(chosen: dict[str, str]) -> None:
    template = Template(**chosen)
    for function in template.of_type("AWS::Serverless::Function"):
        told = template.properties(function)["Environment"]["Variables"]
        read = Settings.read({name: value if isinstance(value, str) else "dynamodb:x" for name, value in told.items()})
        assert read.dynamodb_client == template.parameters["DynamoDbClient"]
        assert bool(read.live_endpoint) == (template.parameters["LiveConnections"] == "yes")
        if function != "Delivery":
            assert read.requests_per_key == int(template.parameters["RequestsPerKey"])
        if function == "Api":
            assert read.requests_per_source == int(template.parameters["RequestsPerSource"])
            assert read.edge_only == (template.parameters["EdgeOnly"] == "yes")
        if function != "Delivery":
            assert ",".join(read.edge_secrets) == template.parameters["EdgeSecret"]


def test_a_table_and_a_bucket_that_are_there_are_not_made_again() -> None:
    assert {"Table", "Recordings", "RecordingsPolicy"} <= Template().resources.keys()
    attached = Template(**TABLE, **BUCKET)
    assert not attached.of_type("AWS::DynamoDB::Table")
    assert not attached.of_type("AWS::S3::Bucket")
    assert not attached.of_type("AWS::S3::BucketPolicy")
    assert Template(**TABLE).resources.keys() & {"Table", "Recordings"} == {"Recordings"}
    assert Template(**BUCKET).resources.keys() & {"Table", "Recordings"} == {"Table"}


def test_all_functions_work_on_what_is_attached() -> None:
    attached = Template(**TABLE, **BUCKET)
    for function in ("Api", "Delivery", "Live"):
        told = attached.properties(function)["Environment"]["Variables"]
        assert told["RINGPOST_STORE"] == "dynamodb:restored"
        assert told.get("RINGPOST_RECORDINGS", "s3:sounds") == "s3:sounds"
    assert attached.properties("Delivery")["Events"]["Due"]["Properties"]["Stream"] == STREAM
    assert attached.outputs["TableName"]["Value"] == "restored"
    assert attached.outputs["StreamArn"]["Value"] == STREAM
    assert attached.outputs["RecordingsBucket"]["Value"] == "sounds"


@pytest.mark.parametrize("role", ["ApiRole", "DeliveryRole", "LiveRole"])
def test_the_policies_follow_what_is_attached(role: str) -> None:
    attached, made = Template(**TABLE, **BUCKET), Template()
    for action in ("GetItem", "Query", "PutItem", "DeleteItem", "ConditionCheckItem"):
        assert may(attached, role, f"dynamodb:{action}") == [{"Fn::Sub": ARN}]
        assert may(made, role, f"dynamodb:{action}") == [{"Fn::GetAtt": ["Table", "Arn"]}]
    if role != "LiveRole":
        assert may(attached, role, "s3:GetObject") == [{"Fn::Sub": "arn:${AWS::Partition}:s3:::sounds/*"}]
    assert may(attached, "DeliveryRole", "dynamodb:GetRecords") == [STREAM]
    assert may(attached, "ApiRole", "s3:ListBucket") == [{"Fn::Sub": "arn:${AWS::Partition}:s3:::sounds"}]


@every_set
def test_a_stack_reads_its_own_parameters_only(chosen: dict[str, str]) -> None:
    (place,) = may(Template(**chosen), "ApiRole", "ssm:GetParameter")
    assert place["Fn::Sub"].endswith(":parameter/ringpost/${AWS::StackName}/*")
    assert not may(Template(**chosen), "DeliveryRole", "ssm:GetParameter")


@every_set
def test_what_everything_may_be_done_to_is_never_data(chosen: dict[str, str]) -> None:
    template = Template(**chosen)
    for role in template.of_type("AWS::IAM::Role"):
        for one in statements(template, role):
            if one["Resource"] == "*":
                actions = [one["Action"]] if isinstance(one["Action"], str) else one["Action"]
                assert {action.partition(":")[0] for action in actions} <= {"xray", "ec2", "dynamodb"}
                assert [action for action in actions if action.startswith("dynamodb:")] in (
                    [],
                    ["dynamodb:ListStreams"],
                )


@pytest.mark.parametrize(
    ("chosen", "says"),
    [
        ({"ExistingTableName": "restored"}, "needs ExistingTableStreamArn"),
        ({"ExistingTableStreamArn": STREAM}, "needs ExistingTableName"),
        ({"DomainName": "api.example.net"}, "needs CertificateArn"),
        ({"CertificateArn": "arn:aws:acm:us-east-1:1:certificate/x"}, "needs DomainName"),
        ({"DefaultEndpoint": "disabled"}, "needs DomainName"),
        ({"EdgeOnly": "yes"}, "needs EdgeSecret"),
        ({"VpcId": "vpc-0123456789abcdef0"}, "needs SubnetIds"),
        ({"Runtime": "python3.11"}, "needs Python 3.12"),
    ],
)
def test_refuses_half_of_what_goes_together(chosen: dict[str, str], says: str) -> None:
    assert any(says in broken for broken in Template(**chosen).broken_rules())


def test_a_name_of_ones_own_leads_to_the_api() -> None:
    assert not Template().of_type("AWS::ApiGatewayV2::DomainName")
    assert Template().properties("HttpApi")["DisableExecuteApiEndpoint"] is False
    name = {"DomainName": "api.example.net", "CertificateArn": "arn:aws:acm:us-east-1:1:certificate/x"}
    whole, below = Template(**name), Template(**name, BasePath="pbx/v1", DefaultEndpoint="disabled")
    assert "ApiMappingKey" not in whole.properties("CustomMapping")
    assert whole.outputs["Url"]["Value"] == "https://api.example.net/"
    assert below.properties("CustomMapping")["ApiMappingKey"] == "pbx/v1"
    assert below.outputs["Url"]["Value"] == "https://api.example.net/pbx/v1"
    assert below.properties("HttpApi")["DisableExecuteApiEndpoint"] is True
    (configuration,) = whole.properties("CustomDomain")["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"


def test_versions_are_kept_and_a_canary_is_taken_back_by_the_apis_alarms() -> None:
    by_itself = Template().properties("Api")
    assert by_itself["VersionDeletionPolicy"] == "Retain"
    preference = by_itself["DeploymentPreference"]
    assert preference["Type"].startswith("Canary")
    watched = {alarm["Ref"] for alarm in preference["Alarms"]}
    assert watched <= Template().of_type("AWS::CloudWatch::Alarm").keys()
    assert {"ErrorAlarm", "FaultAlarm", "CanaryAlarm"} == watched
    assert Template(Deployment="AllAtOnce").properties("Api")["DeploymentPreference"]["Alarms"] == []
    dimensions = {one["Name"]: one["Value"] for one in Template().properties("CanaryAlarm")["Dimensions"]}
    assert dimensions["ExecutedVersion"] == {"Fn::GetAtt": ["Api", "Version.Version"]}


def test_the_alarm_of_faults_is_of_the_functions_own_metric() -> None:
    from ringpost.entry import telemetry

    described = [one for one in telemetry.METRICS if one["Dimensions"] == [["function"]]]
    counted = {metric["Name"] for one in described for metric in one["Metrics"]}
    for alarm in ("FaultAlarm", "SwitchAlarm"):
        about = Template().properties(alarm)
        assert (about["Namespace"], about["MetricName"] in counted) == (telemetry.NAMESPACE, True)
        assert about["Dimensions"] == [{"Name": "function", "Value": {"Ref": "Api"}}]


def test_every_alarm_has_a_line_of_what_to_do() -> None:
    page = (ROOT / "docs/deploy.md").read_text()
    for name in Template().of_type("AWS::CloudWatch::Alarm"):
        assert re.search(rf"^\| .*`{name}`.* \| .+ \| .+ \|$", page, re.MULTILINE), name


def test_every_alarm_but_the_canarys_tells_somebody() -> None:
    topic = EVERYTHING["AlarmTopicArn"]
    for name, alarm in Template(AlarmTopicArn=topic).of_type("AWS::CloudWatch::Alarm").items():
        assert alarm["Properties"].get("AlarmActions", [topic]) == [topic]
        assert ("AlarmActions" in alarm["Properties"]) == (name != "CanaryAlarm")


@pytest.mark.parametrize("days", ["0", "365"])
def test_a_recording_that_was_deleted_can_be_brought_back_for_a_while_and_is_gone_then(days: str) -> None:
    bucket = Template(RecordingDays=days, DeletedRecordingDays="9").properties("Recordings")
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["deleted"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": "9"}
    assert rules["left"]["ExpiredObjectDeleteMarker"] is True
    assert rules.get("past", {}).get("ExpirationInDays") == (days if days != "0" else None)


def test_every_parameter_of_the_function_makes_another_version() -> None:
    """All that its versions differ in stands in their description, or has to be said with another Revision."""
    written = Template().written["Parameters"]
    longest = EVERYTHING | {name: "x" * one["MaxLength"] for name, one in written.items() if "MaxLength" in one}
    described = Template(**longest).properties("Api")["VersionDescription"]
    assert isinstance(described, str)
    assert len(described) <= 256
    before = Template().properties("Api")
    by_revision = {"ExistingTableName", "ExistingTableStreamArn", "ExistingBucketName", "EdgeSecret"}
    of_the_function = ("Environment", "MemorySize", "SnapStart", "VpcConfig", "Tracing")
    for group in GROUPED:
        for name, value in group.items():
            if name in by_revision or name in ("Runtime", "Architecture"):
                continue
            after = Template(**{name: value}).properties("Api")
            if any(after.get(part) != before.get(part) for part in of_the_function):
                assert after["VersionDescription"] != before["VersionDescription"], name
    assert all(
        name in Template().written["Parameters"]["Revision"]["Description"]
        for name in by_revision - {"ExistingTableStreamArn"}
    )


# live connections


def live(name: str) -> bool:
    """Whether something is for live connections only."""
    return name.startswith(("Live", "Pushes"))


@every_set
def test_live_connections_can_be_left_out_with_all_that_is_theirs(chosen: dict[str, str]) -> None:
    template = Template(**chosen)
    is_on = template.parameters["LiveConnections"] == "yes"
    assert any(map(live, template.resources)) == is_on
    assert ("LiveUrl" in template.outputs) == is_on
    for role in template.of_type("AWS::IAM::Role"):
        assert bool(may(template, role, "execute-api:ManageConnections")) == is_on
    told = template.properties("Delivery")["Environment"]["Variables"]["RINGPOST_QUEUE_PUSHES"]
    assert told == ({"Ref": "Pushes"} if is_on else "")


@pytest.mark.parametrize(
    ("role", "methods"), [("ApiRole", ["POST"]), ("DeliveryRole", ["POST", "DELETE"]), ("LiveRole", ["POST", "DELETE"])]
)
def test_who_speaks_to_connections_speaks_to_those_of_this_api_only(role: str, methods: list[str]) -> None:
    api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${LiveApi}/live"
    places = [{"Fn::Sub": f"{api}/{method}/@connections/*"} for method in methods]
    assert may(Template(), role, "execute-api:ManageConnections") == places


def test_the_function_behind_live_connections_may_do_nothing_else() -> None:
    actions = [
        action
        for one in statements(Template(), "LiveRole")
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    ]
    assert {action.partition(":")[0] for action in actions} == {"dynamodb", "execute-api", "logs"}
    assert not any("*" in action for action in actions)


def test_all_three_routes_lead_to_the_alias_of_one_function() -> None:
    template = Template()
    routes = [one["Properties"] for one in template.of_type("AWS::ApiGatewayV2::Route").values()]
    assert {one["RouteKey"] for one in routes} == {"$connect", "$default", "$disconnect"}
    assert all(one["Target"] == {"Fn::Sub": "integrations/${LiveIntegration}"} for one in routes)
    uri = template.written["Resources"]["LiveIntegration"]["Properties"]["IntegrationUri"]["Fn::Sub"]
    assert (uri[1], "functions/${Alias}/invocations" in uri[0]) == ({"Alias": {"Ref": "Live.Alias"}}, True)
    permission = template.properties("LivePermission")
    assert permission["FunctionName"] == {"Ref": "Live.Alias"}
    assert permission["SourceArn"]["Fn::Sub"].endswith(":${LiveApi}/live/*")


def test_the_functions_know_the_api_and_it_none_of_them() -> None:
    """Otherwise each would wait for the other to be made."""
    template = Template()
    for name in ("LiveApi", "Pushes"):
        assert not named(template.resources[name]) & template.of_type("AWS::Serverless::Function").keys()
    address = {"Fn::Sub": "https://${LiveApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}/live"}
    for function in template.of_type("AWS::Serverless::Function"):
        variables = template.properties(function)["Environment"]["Variables"]
        assert variables["RINGPOST_LIVE_ENDPOINT"] == address
    assert template.properties("LiveStage")["StageName"] == "live"
    assert template.outputs["LiveUrl"]["Value"]["Fn::Sub"].startswith("wss://${LiveApi}.execute-api.")


def test_only_the_function_that_reaches_the_switch_is_beside_it() -> None:
    beside = Template(
        **{name: value for one in GROUPED for name, value in one.items() if name in ("SubnetIds", "SecurityGroupIds")}
    )
    assert "VpcConfig" in beside.properties("Api")
    assert "VpcConfig" not in beside.properties("Live")
    assert "VpcConfig" not in beside.properties("Delivery")


def test_throttles_and_logs_of_live_connections_are_parameters() -> None:
    stage = Template(LiveThrottleRate="7", LiveThrottleBurst="9").properties("LiveStage")
    assert stage["DefaultRouteSettings"] == {"ThrottlingRateLimit": "7", "ThrottlingBurstLimit": "9"}
    assert "AccessLogSettings" not in stage
    logged = Template(LiveAccessLogs="yes")
    written = logged.properties("LiveStage")["AccessLogSettings"]
    assert written["DestinationArn"] == {"Fn::GetAtt": ["LiveAccessLog", "Arn"]}
    assert (
        json.loads(written["Format"]).keys()
        >= json.loads(logged.properties("HttpApi")["AccessLogSettings"]["Format"]).keys()
    )
    assert "LiveAccessLog" not in Template(LiveAccessLogs="yes", LiveConnections="no").resources


def test_a_push_waits_no_longer_than_it_is_worth_and_no_shorter_than_a_try() -> None:
    queue, mapping = Template().properties("Pushes"), Template().properties("PushesMapping")
    assert Template().properties("Delivery")["Timeout"] <= queue["VisibilityTimeout"] < queue["MessageRetentionPeriod"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert may(Template(), "DeliveryRole", "sqs:ReceiveMessage")[-1] == {"Fn::GetAtt": ["Pushes", "Arn"]}


def test_every_parameter_of_the_function_behind_live_connections_makes_another_version() -> None:
    before = Template().properties("Live")
    for group in GROUPED:
        for name, value in group.items():
            after = Template(**{name: value}).resources.get("Live", {}).get("Properties", before)
            if after["Environment"] != before["Environment"] and not name.startswith(("Existing", "EdgeSecret")):
                assert after["VersionDescription"] != before["VersionDescription"], name


def test_the_distribution_shows_its_secret_and_its_viewer_and_hides_the_default_of_both() -> None:
    from ringpost.entry import edge

    template = Template("template-cloudfront.yaml", **EDGE)
    about = template.properties("Distribution")["DistributionConfig"]
    (origin,) = about["Origins"]
    assert about["CacheBehaviors"] == []
    assert origin["OriginCustomHeaders"] == [{"HeaderName": edge.SECRET, "HeaderValue": EDGE["EdgeSecret"]}]
    sent = template.properties("OriginRequests")["OriginRequestPolicyConfig"]["HeadersConfig"]
    assert sent["HeaderBehavior"] == "allViewerAndWhitelistCloudFront"
    assert [name.lower() for name in sent["Headers"]] == [edge.VIEWER]
    assert about["WebACLId"] == {"Fn::GetAtt": ["WebAcl", "Arn"]}
    assert template.properties("WebAcl")["Scope"] == "CLOUDFRONT"
    assert template.written["Parameters"]["EdgeSecret"]["NoEcho"] is True
    assert Template().written["Parameters"]["EdgeSecret"]["NoEcho"] is True


def test_the_page_and_live_connections_are_at_the_same_name_if_they_are_wanted() -> None:
    from ringpost.entry import edge
    from ringpost.entry.operators_page import security_headers

    assert not [name for name in Template("template-cloudfront.yaml", **EDGE).resources if "Console" in name]
    template = Template("template-cloudfront.yaml", **EDGE_WITH_PAGE)
    about = template.properties("Distribution")["DistributionConfig"]
    origins = {origin["Id"]: origin for origin in about["Origins"]}
    assert origins["live"]["OriginCustomHeaders"] == [{"HeaderName": edge.SECRET, "HeaderValue": EDGE["EdgeSecret"]}]
    assert origins["console"]["OriginAccessControlId"] == {"Ref": "ConsoleAccess"}
    assert "OriginCustomHeaders" not in origins["console"]
    assert [(one["PathPattern"], one["TargetOriginId"]) for one in about["CacheBehaviors"]] == [
        ("/live", "live"),
        ("/console*", "console"),
    ]
    sent = template.properties("LiveRequests")["OriginRequestPolicyConfig"]["HeadersConfig"]["Headers"]
    assert edge.VIEWER in [name.lower() for name in sent]
    assert "host" not in [name.lower() for name in sent], "API Gateway knows its own name only"
    policy = template.properties("ConsoleHeaders")["ResponseHeadersPolicyConfig"]
    ours = security_headers([f"https://{EDGE_WITH_PAGE['RecordingsDomainName']}"])
    secured = policy["SecurityHeadersConfig"]
    said = {
        "Content-Security-Policy": secured["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "X-Frame-Options": secured["FrameOptions"]["FrameOption"],
        "Referrer-Policy": secured["ReferrerPolicy"]["ReferrerPolicy"],
        "X-Content-Type-Options": "nosniff" if "ContentTypeOptions" in secured else "",
        **{one["Header"]: one["Value"] for one in policy["CustomHeadersConfig"]["Items"]},
    }
    assert said == {**ours, "Cache-Control": "no-cache"}, "as the local server says them"


def test_nobody_reads_the_pages_bucket_but_its_distribution() -> None:
    template = Template("template-cloudfront.yaml", **EDGE_WITH_PAGE)
    blocked = template.properties("ConsoleBucket")["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    allowed, denied = template.properties("ConsoleBucketPolicy")["PolicyDocument"]["Statement"]
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "s3:GetObject")
    assert allowed["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert "${Distribution}" in allowed["Condition"]["StringEquals"]["AWS:SourceArn"]["Fn::Sub"]
    assert denied["Effect"] == "Deny"


def test_what_the_web_acl_refuses_has_the_one_shape_of_errors() -> None:
    acl = Template("template-cloudfront.yaml", **EDGE).properties("WebAcl")
    said = json.loads(acl["CustomResponseBodies"]["RateLimited"]["Content"])
    assert (said["status"], said["code"], said["error"] == said["detail"]) == (429, "rate-limited", True)
    limit = next(rule for rule in acl["Rules"] if "Block" in rule.get("Action", {}))
    assert limit["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_each_environment_of_samconfig_is_a_stack_of_its_own_and_knows_the_parameters() -> None:
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text())
    environments = {name: one for name, one in configured.items() if isinstance(one, dict)}
    assert {"default", "staging", "production"} <= environments.keys()
    stacks = [one["global"]["parameters"]["stack_name"] for one in environments.values()]
    assert len(set(stacks)) == len(stacks)
    known = Template().written["Parameters"]
    for one in environments.values():
        for override in one.get("deploy", {}).get("parameters", {}).get("parameter_overrides", []):
            name, _, value = override.partition("=")
            assert re.fullmatch(known[name].get("AllowedPattern", ".*"), value)
            assert value in map(str, known[name].get("AllowedValues", [value]))
