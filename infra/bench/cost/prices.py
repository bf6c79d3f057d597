"""AWS's public list prices for eu-central-1 in US dollars, without free tiers, taxes or discounts, as of November 2026."""

MILLION = 1_000_000
THOUSAND = 1_000
#: AWS bills a month as 730 hours.
HOURS = 730
DAYS = HOURS / 24

HTTP_API_REQUEST = 1.20 / MILLION
LAMBDA_REQUEST = 0.20 / MILLION
#: arm64.
LAMBDA_GB_SECOND = 0.0000133334
#: On demand. A write in a transaction takes two units a kilobyte.
DYNAMODB_WRITE_UNIT = 0.7625 / MILLION
DYNAMODB_READ_UNIT = 0.1525 / MILLION
SQS_REQUEST = 0.40 / MILLION
#: On top, for each request of a message with a group: a fair queue.
SQS_FAIR_REQUEST = 0.10 / MILLION
S3_PUT = 5.40 / MILLION
S3_GET = 0.43 / MILLION
S3_GB_MONTH = 0.0245
TRANSFER_GB = 0.09
LOGS_GB = 0.63
#: A metric that an alarm reads, for a month.
ALARM_METRIC = 0.10
DASHBOARD = 3.00
#: A time series of our own, for a month in which every hour has a value.
CUSTOM_METRIC = 0.30
#: Europe, HTTPS, and its first 10 TB: https://aws.amazon.com/cloudfront/pricing/. What CloudFront fetches from S3 and API Gateway
#: is free of transfer.
CLOUDFRONT_REQUEST = 1.20 / MILLION
CLOUDFRONT_GB = 0.085
CLOUDFRONT_FUNCTION_RUN = 0.10 / MILLION
#: Each path beyond the first 1,000 a month costs 0.005.
CLOUDFRONT_FREE_PATHS = 1_000
#: What every account has for nothing in every month, and not in its first year alone. The sums leave it out.
CLOUDFRONT_FREE_REQUESTS = 10 * MILLION
CLOUDFRONT_FREE_FUNCTION_RUNS = 2 * MILLION
CLOUDFRONT_FREE_GB = 1_000
WAF_ACL_AND_RULE = 6.00
WAF_REQUEST = 0.60 / MILLION
