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
        let answer = Client::new(&target.sdk)
            .admin_initiate_auth()
            .user_pool_id(pool)
            .client_id(client)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", self.email)
            .auth_parameters("PASSWORD", password)
            .send()
            .await
            .map_err(|error| {
                TokenError::Refused(error.message().map_or_else(|| error.to_string(), str::to_owned))
            })?;
        if let Some(challenge) = answer.challenge_name() {
            return Err(TokenError::Challenged(challenge.as_str().to_owned()).into());
        }
        let token = answer
            .authentication_result()
            .and_then(|result| result.id_token())
            .ok_or(TokenError::NoToken)?;
        output.result(json!({ "id_token": token }), token)?;
        Ok(Verdict::Done)
    }
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
    use super::*;

    #[test]
    fn prod_takes_no_password() {
        assert!(allowed_on("prod").is_err());
        assert!(allowed_on("dev").is_ok() && allowed_on("local").is_ok());
    }
}
