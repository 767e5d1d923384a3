"""What a function is in Python: boto3, its clients, and the loop that Lambda's runtime for Python runs. It knows one request, a login: the same
account, the same calls of the store and the same hash as `login`, one after the other as one writes it."""

import hashlib
import http.client
import json
import os
import time

import argon2
import boto3
import jwt
from botocore.exceptions import ClientError

TABLE = os.environ["MEMBERS_TABLE"]
KEY = os.environ["PEER_KEY"]

dynamodb = boto3.client("dynamodb")
secrets = boto3.client("secretsmanager")
s3 = boto3.client("s3") if os.environ.get("PEER_S3") else None
hasher = argon2.PasswordHasher()
# Opens the connection while the function starts, as ours do.
dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": "EMAIL#"}, "sk": {"S": "READY"}})


def login(event):
    sent = json.loads(event["body"])
    email = sent["email"].strip().lower()
    guessed = {"pk": {"S": "GUESSED#" + hashlib.sha256(b"python " + email.encode()).hexdigest()}, "sk": {"S": "THROTTLE"}}
    account = dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": f"EMAIL#{email}"}, "sk": {"S": "ACCOUNT"}}, ConsistentRead=True)["Item"]
    now = int(time.time())
    try:
        dynamodb.put_item(
            TableName=TABLE,
            Item={**guessed, "failures": {"N": "1"}, "last": {"N": str(now)}, "expires_at": {"N": str(now + 86400)}},
            ConditionExpression="attribute_not_exists(pk)",
        )
        hasher.verify(account["password_hash"]["S"], sent["password"])
    except (ClientError, argon2.exceptions.VerificationError):
        return {"statusCode": 401, "body": json.dumps({"status": "error"})}
    dynamodb.delete_item(TableName=TABLE, Key=guessed)
    token = jwt.encode({"sub": account["id"]["S"], "iat": now, "exp": now + 43200, "jti": os.urandom(16).hex()}, KEY)
    return {"statusCode": 200, "body": json.dumps({"status": "success", "access_token": token})}


runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = runtime.getresponse()
    request_id, event = answer.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(answer.read())
    said = json.dumps(login(event))
    runtime.request("POST", f"/2018-06-01/runtime/invocation/{request_id}/response", said)
    runtime.getresponse().read()
