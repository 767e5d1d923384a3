"""AWS on this machine: LocalStack's community edition, with moto for what it lacks and what CloudFormation does to resources that
are kept, taken back or taken over.

    emulator.py PORT FOLDER

While FOLDER has a file `new-account`, CloudFront refuses to make distributions, as it does in accounts that AWS has not verified.
"""

import _thread
import io
import os
import sys
import threading
import uuid
import zipfile

PORT, FOLDER = sys.argv[1:]
os.environ.update(
    GATEWAY_LISTEN=f"127.0.0.1:{PORT}",
    LOCALSTACK_HOST=f"127.0.0.1:{PORT}",
    LOCALSTACK_VOLUME_DIR=FOLDER,
    GATEWAY_SERVER="hypercorn",
    # CloudFront and API Gateway's HTTP APIs are deployed by name alone.
    CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES="1",
    # Nothing is fetched, told or listened to elsewhere.
    SKIP_SSL_CERT_DOWNLOAD="1",
    DISABLE_EVENTS="1",
    DNS_ADDRESS="0",
)


class Lock:
    """LocalStack writes `Lock | None`, which Python takes since 3.13."""

    def __new__(cls):
        return _thread.allocate_lock()


made, threading.Lock = threading.Lock, Lock
import localstack.packages.api  # noqa: E402, F401

threading.Lock = made

from localstack.aws.api import handler  # noqa: E402
from localstack.aws.api.dynamodb import DynamodbApi  # noqa: E402
from localstack.aws.api.lambda_ import LambdaApi  # noqa: E402
from localstack.services import providers  # noqa: E402
from localstack.services.cloudformation.engine.v2.change_set_model_executor import (  # noqa: E402
    ChangeSetModelExecutor,
    ChangeSetModelExecutorResult,
)
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent  # noqa: E402
from localstack.services.cloudformation.v2.provider import CloudformationProviderV2  # noqa: E402
from localstack.aws.api.cloudformation import ChangeAction  # noqa: E402
from localstack.services.moto import MotoFallbackDispatcher, call_moto_with_request  # noqa: E402
from localstack.services.plugins import Service, aws_provider  # noqa: E402


class Tables(DynamodbApi):
    """moto's: LocalStack's own is a Java archive that it fetches."""


class Functions(LambdaApi):
    """moto's, with nothing in them: LocalStack's own run in containers."""

    def __init__(self):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("bootstrap", "")
        self.archive = archive.getvalue()
        self.mappings = {}

    @handler("CreateFunction", expand=False)
    def create_function(self, context, request):
        return call_moto_with_request(context, {**request, "Code": {"ZipFile": self.archive}})

    @handler("UpdateFunctionCode", expand=False)
    def update_function_code(self, context, request):
        return call_moto_with_request(context, {"FunctionName": request["FunctionName"], "ZipFile": self.archive})

    # moto would look for the queue among its own.
    @handler("CreateEventSourceMapping", expand=False)
    def create_event_source_mapping(self, context, request):
        name = str(uuid.uuid4())
        arn = f"arn:aws:lambda:{context.region}:{context.account_id}:event-source-mapping:{name}"
        self.mappings[name] = {**request, "UUID": name, "EventSourceMappingArn": arn, "State": "Enabled"}
        return self.mappings[name]

    @handler("UpdateEventSourceMapping", expand=False)
    def update_event_source_mapping(self, context, request):
        self.mappings[request["UUID"]].update(request)
        return self.mappings[request["UUID"]]

    @handler("GetEventSourceMapping", expand=False)
    def get_event_source_mapping(self, context, request):
        return self.mappings[request["UUID"]]

    @handler("DeleteEventSourceMapping", expand=False)
    def delete_event_source_mapping(self, context, request):
        return self.mappings.pop(request["UUID"])


def with_moto(api, service):
    def create():
        return Service.for_provider(service(), dispatch_table_factory=MotoFallbackDispatcher)

    create.__name__ = api
    return aws_provider(api=api)(create)


providers.dynamodb = with_moto("dynamodb", Tables)
providers.lambda_ = with_moto("lambda", Functions)


# --- CloudFormation: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html

KEPT = {"Retain", "RetainExceptOnCreate"}
# By stack and logical id: what a change set of the kind IMPORT takes over.
imports = {}
execute_action = ChangeSetModelExecutor._execute_resource_action
execute = ChangeSetModelExecutor.execute
make_change_set = CloudformationProviderV2.create_change_set


def policy(change_set, logical_id):
    for template in (change_set.template, change_set.stack.template):
        resource = ((template or {}).get("Resources") or {}).get(logical_id)
        if resource:
            return resource.get("DeletionPolicy", "Delete")
    return "Delete"


def taken_over(self, logical_id, resource_type, properties, identifier):
    region, account = self._change_set.stack.region_name, self._change_set.stack.account_id
    model = {
        "AWS::DynamoDB::Table": {"TableName": identifier, "Arn": f"arn:aws:dynamodb:{region}:{account}:table/{identifier}"},
        "AWS::S3::Bucket": {
            "BucketName": identifier,
            "Arn": f"arn:aws:s3:::{identifier}",
            "DomainName": f"{identifier}.s3.amazonaws.com",
            "RegionalDomainName": f"{identifier}.s3.{region}.amazonaws.com",
        },
        "AWS::SecretsManager::Secret": {"Id": identifier},
    }[resource_type]
    self.resources[logical_id] = {
        "Properties": {**(properties or {}), **model},
        "LogicalResourceId": logical_id,
        "Type": resource_type,
        "PhysicalResourceId": identifier,
        "ResourceStatus": "CREATE_COMPLETE",
    }
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)


def action(self, action, logical_resource_id, resource_type, before_properties, after_properties, part_of_replacement=False):
    stack = self._change_set.stack
    identifier = imports.get((stack.stack_name, logical_resource_id))
    if identifier and action in (ChangeAction.Add, ChangeAction.Modify):
        properties = after_properties.properties if after_properties else {}
        return taken_over(self, logical_resource_id, resource_type, properties, identifier)
    if action == ChangeAction.Remove and policy(self._change_set, logical_resource_id) in KEPT:
        self.resources.pop(logical_resource_id, None)
        return ProgressEvent(OperationStatus.SUCCESS, resource_model={}, message="kept")
    if action == ChangeAction.Add and resource_type == "AWS::CloudFront::Distribution" and os.path.exists(f"{FOLDER}/new-account"):
        self.resources[logical_resource_id] = {
            "LogicalResourceId": logical_resource_id,
            "Type": resource_type,
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "Your account must be verified before you can add new CloudFront resources.",
        }
        return ProgressEvent(OperationStatus.FAILED, resource_model={}, message="Your account must be verified before you can add new CloudFront resources.")
    event = execute_action(self, action, logical_resource_id, resource_type, before_properties, after_properties, part_of_replacement)
    if action == ChangeAction.Add and event.status == OperationStatus.SUCCESS:
        self.__dict__.setdefault("added", []).append((logical_resource_id, resource_type))
    return event


# Stacks whose first deployment was taken back: nothing of theirs is left that deleting them could delete.
taken_back = set()
# What LocalStack calls a stack as soon as one resource fails, while it still works on the others. CloudFormation says so at the end,
# and SAM stops waiting when it reads it.
NOT_YET = {
    "CREATE_FAILED": "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_COMPLETE": "ROLLBACK_IN_PROGRESS",
    "DELETE_FAILED": "DELETE_IN_PROGRESS",
}


def executed(self):
    """A first deployment that fails is taken back, but for what is to be retained even then."""
    stack, is_first = self._change_set.stack, self._change_set.change_set_type == "CREATE"
    if stack.status == "DELETE_IN_PROGRESS" and stack.stack_id in taken_back:
        return ChangeSetModelExecutorResult(resources={}, outputs=[])
    say = stack.set_stack_status
    stack.set_stack_status = lambda status, *reason: say(NOT_YET.get(status, status), *reason)
    try:
        result = execute(self)
        ends = "ROLLBACK_COMPLETE"
        if result.failure_message and is_first:
            for logical_id, resource_type in reversed(self.__dict__.get("added", [])):
                if policy(self._change_set, logical_id) == "Retain":
                    continue
                properties = type("Kept", (), {"properties": self.resources[logical_id].get("Properties") or {}})()
                if properties.properties.get("DeletionProtectionEnabled") is True:
                    ends = "ROLLBACK_FAILED"
                    break
                execute_action(self, ChangeAction.Remove, logical_id, resource_type, properties, None)
    finally:
        del stack.set_stack_status
    if result.failure_message and is_first:
        if ends == "ROLLBACK_COMPLETE":
            taken_back.add(stack.stack_id)
        stack.set_stack_status(ends)
    return result


@handler("CreateChangeSet", expand=False)
def create_change_set(self, context, request):
    if request.get("ChangeSetType") == "IMPORT":
        for resource in request["ResourcesToImport"]:
            (identifier,) = resource["ResourceIdentifier"].values()
            imports[request["StackName"], resource["LogicalResourceId"]] = identifier
        request = {**request, "ChangeSetType": "CREATE"}
    return make_change_set(self, context, request)


ChangeSetModelExecutor._execute_resource_action = action
ChangeSetModelExecutor.execute = executed
CloudformationProviderV2.create_change_set = create_change_set

from localstack.runtime.main import main  # noqa: E402

main()
