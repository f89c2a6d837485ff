//! How long backups are kept, as options.

use clap::Args;
use undercroft_api::wire::Retention;

use super::size_with_unit;

/// The rules of how long backups are kept, called as restic calls them.
#[derive(Debug, Clone, Args)]
pub(crate) struct RetentionOptions {
    /// Keep the last N
    #[arg(long, short_alias = 'l', value_name = "N")]
    keep_last: Option<u32>,
    /// Keep the last of each hour, for N hours
    #[arg(long, short_alias = 'H', value_name = "N")]
    keep_hourly: Option<u32>,
    /// Keep the last of each day, for N days
    #[arg(long, short_alias = 'd', value_name = "N")]
    keep_daily: Option<u32>,
    /// Keep the last of each week, for N weeks
    #[arg(long, short_alias = 'w', value_name = "N")]
    keep_weekly: Option<u32>,
    /// Keep the last of each month, for N months
    #[arg(long, short_alias = 'm', value_name = "N")]
    keep_monthly: Option<u32>,
    /// Keep the last of each year, for N years
    #[arg(long, short_alias = 'y', value_name = "N")]
    keep_yearly: Option<u32>,
    /// Keep all within this time of the newest, such as 1y5m7d2h
    #[arg(long, value_name = "SPAN")]
    keep_within: Option<String>,
    /// Keep one an hour within this time of the newest
    #[arg(long, value_name = "SPAN")]
    keep_within_hourly: Option<String>,
    /// Keep one a day within this time of the newest
    #[arg(long, value_name = "SPAN")]
    keep_within_daily: Option<String>,
    /// Keep one a week within this time of the newest
    #[arg(long, value_name = "SPAN")]
    keep_within_weekly: Option<String>,
    /// Keep one a month within this time of the newest
    #[arg(long, value_name = "SPAN")]
    keep_within_monthly: Option<String>,
    /// Keep one a year within this time of the newest
    #[arg(long, value_name = "SPAN")]
    keep_within_yearly: Option<String>,
    /// Keep those that bear this tag; several joined by commas: all of them
    #[arg(long, value_name = "TAG")]
    keep_tag: Vec<String>,
    /// Let the oldest go until all backups fit into this, such as 500G
    #[arg(long, value_name = "SIZE", value_parser = size_with_unit)]
    budget: Option<u64>,
}

impl From<RetentionOptions> for Retention {
    fn from(options: RetentionOptions) -> Self {
        Self {
            last: options.keep_last,
            hourly: options.keep_hourly,
            daily: options.keep_daily,
            weekly: options.keep_weekly,
            monthly: options.keep_monthly,
            yearly: options.keep_yearly,
            within: options.keep_within,
            within_hourly: options.keep_within_hourly,
            within_daily: options.keep_within_daily,
            within_weekly: options.keep_within_weekly,
            within_monthly: options.keep_within_monthly,
            within_yearly: options.keep_within_yearly,
            tags: options.keep_tag,
            budget_bytes: options.budget,
        }
    }
}
