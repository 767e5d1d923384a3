"""Prints template.yaml as CloudFormation sees it, with SAM's resources expanded.

checkov looks at no policy of a template that is still SAM's.
"""

import json
import sys

import boto3
from samcli.yamlhelper import yaml_parse
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

REGION = "eu-central-1"


def main(path: str) -> None:
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    for resource in template["Resources"].values():
        # `sam build` puts an archive's address here.
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    template["Globals"]["Function"].pop("CodeUri")
    # No policy of AWS's is used, so none has to be looked up.
    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=REGION))
    print(json.dumps(translator.translate(template, {}), indent=2))


main(sys.argv[1])
