//! Organisers in the stack's user pool: one user per tenant.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::Stack;
use crate::deployed::logs;

/// Meets the pool's rules. It opens nothing but the local stack.
const PASSWORD: &str = "Aa1!stack-tests-sign-in-with-this";

/// An ID token with the claim `custom:tenant_id`.
pub async fn tenant_token(stack: &Stack, tenant: &str) -> String {
    let claims = claims(&stack.described.superadmin_jwt);
    // The issuer ends with the pool, the audience is the client.
    let pool = claims["iss"].as_str().unwrap().rsplit('/').next().unwrap();
    let client = claims["aud"].as_str().unwrap();
    let user = format!("{tenant}@stack-tests.magic-edits.test");
    let attributes = json!([
        { "Name": "email", "Value": user },
        { "Name": "email_verified", "Value": "true" },
        { "Name": "custom:tenant_id", "Value": tenant },
    ]);
    let named = json!({ "UserPoolId": pool, "Username": user });
    let with = |more: Value| {
        let mut question = named.clone();
        let fields = more.as_object().unwrap().clone();
        question.as_object_mut().unwrap().extend(fields);
        question
    };
    let create = with(json!({
        "MessageAction": "SUPPRESS", "TemporaryPassword": PASSWORD, "UserAttributes": attributes,
    }));
    if let Err(refusal) = call(stack, "AdminCreateUser", &create).await {
        assert!(refusal.contains("UsernameExists"), "{refusal}");
    }
    let permanent = with(json!({ "Password": PASSWORD, "Permanent": true }));
    call(stack, "AdminSetUserPassword", &permanent).await.unwrap();
    let sign_in = json!({
        "UserPoolId": pool, "ClientId": client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": user, "PASSWORD": PASSWORD },
    });
    let answer = call(stack, "AdminInitiateAuth", &sign_in).await.unwrap();
    let token = answer["AuthenticationResult"]["IdToken"].as_str().unwrap();
    logs::keep_out(token);
    token.to_owned()
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
}

async fn call(stack: &Stack, operation: &str, question: &Value) -> Result<Value, String> {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    stack.call("cognito-idp", &target, question).await
}
