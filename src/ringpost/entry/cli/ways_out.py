"""Whether the function of a stack that answers requests reaches links: in a VPC it needs a way out to API Gateway."""

from collections.abc import Callable, Iterator
from typing import Any

from ringpost.switch import Finding

_STEP = "links"
_EVERYWHERE = ("0.0.0.0/0", "::/0")


def examined(stack: str, clients: Callable[[str], Any]) -> Finding:
    """The finding about a stack's function. ``clients`` makes boto3's client of a service."""
    about = clients("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Api")
    name = about["StackResourceDetail"]["PhysicalResourceId"]
    function = clients("lambda").get_function_configuration(FunctionName=name)
    if not function.get("Environment", {}).get("Variables", {}).get("RINGPOST_LIVE_ENDPOINT"):
        return Finding(_STEP, well=True, words="left out with LiveConnections=no: no switch is asked through its link")
    beside = function.get("VpcConfig", {})
    subnets = beside.get("SubnetIds", [])
    if not subnets:
        return Finding(_STEP, well=True, words=f"{name} is in no VPC, and reaches them")
    shut_in = [subnet for subnet in subnets if not _leads_out(subnet, beside["VpcId"], clients("ec2"))]
    if shut_in:
        words = (
            f"from {', '.join(shut_in)} there is no way out to API Gateway, so a switch via its link is a 503:"
            " add a NAT gateway and a route to it (docs/deploy.md)"
        )
        return Finding(_STEP, well=False, words=words)
    return Finding(_STEP, well=True, words=f"{', '.join(subnets)} have a way out")


def _leads_out(subnet: str, vpc: str, ec2: Any) -> bool:
    """Whether a function there gets out. It has no address that an internet gateway would carry."""
    routes = list(_routes(ec2, "association.subnet-id", subnet)) or list(_routes(ec2, "vpc-id", vpc, main="true"))
    return any(
        route.get("DestinationCidrBlock", route.get("DestinationIpv6CidrBlock")) in _EVERYWHERE
        and route.get("State") == "active"
        and not route.get("GatewayId", "").startswith("igw-")
        for route in routes
    )


def _routes(ec2: Any, name: str, value: str, main: str | None = None) -> Iterator[dict[str, Any]]:
    filters = [{"Name": name, "Values": [value]}]
    if main is not None:
        filters.append({"Name": "association.main", "Values": [main]})
    for table in ec2.describe_route_tables(Filters=filters)["RouteTables"]:
        yield from table["Routes"]
