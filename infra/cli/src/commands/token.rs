//! `magic-edits token`

use std::io::BufRead;

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::ProvideErrorMetadata;
use aws_sdk_cognitoidentityprovider::types::AuthFlowType;
use clap::Args;
use serde_json::json;
use thiserror::Error;

use crate::output::{CommandResult, Output, UsageError, Verdict};
use crate::target::Target;

/// Print an ID token of an organiser or superadmin, for scripts; the password is read as one line from standard input
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct TokenCommand {
    /// The user's e-mail address
    email: String,
}

const EXAMPLES: &str = "\
Examples:
  echo \"$PASSWORD\" | magic-edits --stack magic-edits-dev token you@example.com
  curl -H \"Authorization: Bearer $TOKEN\" https://…/api/v1/admin/tenants
On local and dev stages. On prod people sign in on the page of the user pool, and nothing takes their passwords.";

#[derive(Debug, Error)]
enum TokenError {
    #[error("no password: give it as one line on standard input")]
    NoPassword,
    #[error("the sign-in was refused: {0}")]
    Refused(String),
    #[error("the sign-in asks for {0} first: sign in once on the stack's sign-in page (output SignInUrl)")]
    Challenged(String),
    #[error("the answer holds no token")]
    NoToken,
}

impl TokenCommand {
    pub(crate) async fn run(self, target: &Target, output: Output) -> CommandResult {
        allowed_on(&target.stage)?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(TokenError::NoPassword.into());
        }
        let (pool, client) = (
            target.output("UserPoolId").await?,
            target.output("UserPoolClientId").await?,
        );
        let users = Client::new(&target.sdk);
        let token = sign_in(&users, &pool, &client, &self.email, password).await?;
        output.result(json!({ "id_token": token }), &token)?;
        Ok(Verdict::Done)
    }
}

/// Signs a user in and returns the ID token.
async fn sign_in(
    users: &Client,
    pool: &str,
    client: &str,
    email: &str,
    password: &str,
) -> Result<String, TokenError> {
    let answer = users
        .admin_initiate_auth()
        .user_pool_id(pool)
        .client_id(client)
        .auth_flow(AuthFlowType::AdminUserPasswordAuth)
        .auth_parameters("USERNAME", email)
        .auth_parameters("PASSWORD", password)
        .send()
        .await
        .map_err(|error| {
            TokenError::Refused(error.message().map_or_else(|| error.to_string(), str::to_owned))
        })?;
    if let Some(challenge) = answer.challenge_name() {
        return Err(TokenError::Challenged(challenge.as_str().to_owned()));
    }
    let result = answer.authentication_result();
    let token = result.and_then(|result| result.id_token());
    token.map(str::to_owned).ok_or(TokenError::NoToken)
}

/// The client of a prod stage has no flow that takes a password; say so before one is typed.
fn allowed_on(stage: &str) -> Result<(), UsageError> {
    if stage == "prod" {
        return Err(UsageError(
            "a prod stage takes passwords only on its sign-in page (output SignInUrl of the stack)"
                .to_owned(),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::Json;
    use axum::http::{HeaderMap, StatusCode};
    use axum::response::IntoResponse;
    use cloud::{Access, LocalEndpoint};
    use serde_json::Value;

    use super::*;

    /// Cognito's answers to a sign-in, by the password.
    async fn cognito(headers: HeaderMap, body: String) -> impl IntoResponse {
        let asked: Value = serde_json::from_str(&body).unwrap();
        let expected = json!({
            "UserPoolId": "eu-central-1_pool", "ClientId": "client", "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": "anna@example.com", "PASSWORD": asked["AuthParameters"]["PASSWORD"] },
        });
        let target = headers["x-amz-target"].to_str().unwrap();
        assert_eq!(
            (target, &asked),
            ("AWSCognitoIdentityProviderService.AdminInitiateAuth", &expected)
        );
        let token = json!({
            "AuthenticationResult": {
                "IdToken": "id-token", "AccessToken": "access-token", "ExpiresIn": 900, "TokenType": "Bearer"
            },
            "ChallengeParameters": {},
        });
        match asked["AuthParameters"]["PASSWORD"].as_str().unwrap() {
            "right" => (StatusCode::OK, Json(token)),
            "first" => (
                StatusCode::OK,
                Json(
                    json!({ "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s", "ChallengeParameters": {} }),
                ),
            ),
            _ => (
                StatusCode::BAD_REQUEST,
                Json(
                    json!({ "__type": "NotAuthorizedException", "message": "Incorrect username or password." }),
                ),
            ),
        }
    }

    async fn signed_in(password: &str) -> Result<String, TokenError> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new().fallback(cognito);
        let serving = tokio::spawn(async move { axum::serve(listener, app).await });
        let region = "eu-central-1".to_owned();
        let sdk = Access::Local(LocalEndpoint { url, region }).load().await;
        let answer = sign_in(
            &Client::new(&sdk),
            "eu-central-1_pool",
            "client",
            "anna@example.com",
            password,
        )
        .await;
        serving.abort();
        answer
    }

    #[tokio::test]
    async fn the_right_password_gets_the_id_token_and_not_the_access_token() {
        assert_eq!(signed_in("right").await.unwrap(), "id-token");
    }

    #[tokio::test]
    async fn a_refusal_is_told_in_cognitos_words_without_the_password() {
        let said = signed_in("a-wrong-one").await.unwrap_err().to_string();
        assert_eq!(said, "the sign-in was refused: Incorrect username or password.");
    }

    #[tokio::test]
    async fn a_first_password_must_be_changed_on_the_page() {
        let said = signed_in("first").await.unwrap_err().to_string();
        assert!(
            said.contains("NEW_PASSWORD_REQUIRED first: sign in once"),
            "{said}"
        );
    }

    #[test]
    fn prod_takes_no_password() {
        assert!(allowed_on("prod").is_err());
        assert!(allowed_on("dev").is_ok() && allowed_on("local").is_ok());
    }
}
