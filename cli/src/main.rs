//! `masthead`: the program people run.

mod ask;
mod aws;
mod convert;
mod dev;
mod doctor;
mod hook;
mod keys;
mod outcome;
mod output;
mod progress;
mod publish;
mod rewrite;
mod target;
mod users;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Sign-in, profile pictures and published READMEs for the members of an Astro site.
#[derive(Debug, Parser)]
#[command(name = "masthead", version, propagate_version = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
First steps:
  masthead dev                           the whole backend on this machine, with a page to try it
  masthead users add jo@club.example --name 'Jo Doe' --password-stdin
                                         a first member of your own
  masthead publish ~/vault --url https://members.club.example
                                         a folder of notes and their pictures, published as a member
  masthead doctor                        what is wrong with this machine; with --aws, with the site in AWS
  masthead convert README.md             what publishing makes of a file, without any server";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the whole backend on this machine: API, S3, DynamoDB and a page to try it.
    Dev(Box<dev::Dev>),
    /// Check this machine, a site by its address, or the stack in AWS, and say what to do.
    Doctor(doctor::Doctor),
    /// Invite, import, list, rename, disable, enable, remove and export members.
    Users(users::Users),
    /// Convert a README to frontmatter-rich Markdown, as publishing does.
    Convert(convert::Convert),
    /// List the keys that tokens are signed with, and change them.
    Keys(keys::Keys),
    /// Set, show and remove the address that starts a build of the site in AWS.
    Hook(hook::Hook),
    /// Publish the Markdown files of a folder and what they show, as the member whose they are.
    Publish(publish::Publish),
    /// Queue published READMEs for conversion again.
    Rewrite(rewrite::Rewrite),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Dev(dev) => dev.run(),
        Command::Doctor(doctor) => doctor.run(),
        Command::Users(users) => users.run(),
        Command::Convert(convert) => convert.run(),
        Command::Keys(keys) => keys.run(),
        Command::Hook(hook) => hook.run(),
        Command::Publish(publish) => publish.run(),
        Command::Rewrite(rewrite) => rewrite.run(),
    };
    outcome::exit_code(outcome)
}
