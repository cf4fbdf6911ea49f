"""Whether the function in a VPC gets out to API Gateway, as ``doctor --table --stack`` looks at it."""

from typing import Any

import pytest

from ringpost.entry.cli import ways_out

LIVE = {"RINGPOST_LIVE_ENDPOINT": "https://example.execute-api.us-east-1.amazonaws.com/live"}
LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}
NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}
ENDPOINT = {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "State": "active"}


class Account:
    """AWS, as far as this asks it: a stack with its function, and the routes of each subnet, or of the VPC."""

    def __init__(self, variables: dict[str, str], subnets: list[str], **routes: list[dict[str, str]]) -> None:
        self.function = {
            "Environment": {"Variables": variables},
            "VpcConfig": {"VpcId": "vpc", "SubnetIds": subnets} if subnets else {},
        }
        self.routes = routes

    def client(self, service: str) -> Any:
        assert service in ("cloudformation", "lambda", "ec2")
        return self

    def describe_stack_resource(self, **asked: str) -> Any:
        assert asked == {"StackName": "ringpost", "LogicalResourceId": "Api"}
        return {"StackResourceDetail": {"PhysicalResourceId": "ringpost-Api-1"}}

    def get_function_configuration(self, **asked: str) -> Any:
        assert asked == {"FunctionName": "ringpost-Api-1"}
        return self.function

    def describe_route_tables(self, *, Filters: list[dict[str, Any]]) -> Any:  # noqa: N803 - AWS's name
        asked = {one["Name"]: one["Values"][0] for one in Filters}
        if asked.get("association.main") == "true":
            assert asked["vpc-id"] == "vpc"
            return {"RouteTables": [{"Routes": self.routes["main"]}]}
        found = self.routes.get(asked["association.subnet-id"])
        return {"RouteTables": [{"Routes": found}] if found is not None else []}


@pytest.mark.parametrize(
    ("account", "well", "says"),
    [
        (Account(LIVE, []), True, "in no VPC"),
        (Account({}, ["a"], a=[LOCAL]), True, "LiveConnections=no"),
        (Account(LIVE, ["a"], a=[LOCAL, NAT]), True, "a have a way out"),
        (Account(LIVE, ["a"], main=[LOCAL, NAT]), True, "a have a way out"),
        (Account(LIVE, ["a"], a=[LOCAL], main=[LOCAL, NAT]), False, "from a there is no way out"),
        (Account(LIVE, ["a"], a=[LOCAL, ENDPOINT]), False, "no way out"),
        (Account(LIVE, ["a", "b"], a=[LOCAL, NAT], main=[LOCAL]), False, "from b there"),
        (Account(LIVE, ["a"], a=[NAT | {"State": "blackhole"}]), False, "NAT gateway"),
        (Account(LIVE, ["a"], a=[{**LOCAL, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]), False, "503"),
        (
            Account(LIVE, ["a"], a=[{"DestinationIpv6CidrBlock": "::/0", "TransitGatewayId": "t", "State": "active"}]),
            True,
            "way out",
        ),
    ],
)
def test_says_whether_a_function_gets_out(account: Account, well: bool, says: str) -> None:
    found = ways_out.examined("ringpost", account.client)
    assert (found.step, found.well, says in found.words) == ("links", well, True), found.words
