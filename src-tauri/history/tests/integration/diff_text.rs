//! The difference of two texts, by line and by word.

use proptest::prelude::*;
use undercroft_history::diff::{self, Ending, Line, Options, Tag, TextDiff};

fn diff_of(old: impl AsRef<[u8]>, new: impl AsRef<[u8]>) -> TextDiff {
    diff::text(old.as_ref(), new.as_ref(), Options::default())
}

fn lines_of(diff: &TextDiff) -> impl Iterator<Item = &Line> {
    diff.hunks.iter().flat_map(|hunk| &hunk.lines)
}

/// As `diff -u` shows it.
fn unified(diff: &TextDiff) -> String {
    let mut text = String::new();
    for hunk in &diff.hunks {
        let (old, new) = ((hunk.old_start, hunk.old_lines), (hunk.new_start, hunk.new_lines));
        text += &format!("@@ -{},{} +{},{} @@\n", old.0, old.1, new.0, new.1);
        for line in &hunk.lines {
            let sign = match line.tag {
                Tag::Same => ' ',
                Tag::Removed => '-',
                Tag::Added => '+',
            };
            text += &format!("{sign}{}\n", line.text);
        }
    }
    text
}

/// The marked words of a line, found as a page finds them.
fn marked(line: &Line) -> Vec<String> {
    let units: Vec<u16> = line.text.encode_utf16().collect();
    let word =
        |span: &(u32, u32)| String::from_utf16(&units[span.0 as usize..span.1 as usize]).unwrap();
    line.spans.iter().map(word).collect()
}

#[test]
fn a_change_is_shown_with_three_lines_around_it() {
    let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
    let diff = diff_of(old, old.replace('5', "five"));
    assert_eq!(unified(&diff), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
    assert_eq!((diff.added_lines, diff.removed_lines, diff.truncated), (1, 1, false));
    let numbers: Vec<_> = lines_of(&diff).map(|line| (line.old, line.new)).collect();
    assert_eq!(numbers[2..5], [(Some(4), Some(4)), (Some(5), None), (None, Some(5))]);
}

#[test]
fn changes_close_together_are_one_hunk_and_others_are_not() {
    let old: String = (1..=30).map(|n| format!("line {n}\n")).collect();
    let close = old.replace("line 10\n", "ten\n").replace("line 17\n", "seventeen\n");
    assert_eq!(diff_of(&old, close).hunks.len(), 1);
    let apart = old.replace("line 10\n", "ten\n").replace("line 18\n", "eighteen\n");
    let diff = diff_of(&old, apart);
    let starts: Vec<_> = diff.hunks.iter().map(|hunk| (hunk.old_start, hunk.old_lines)).collect();
    assert_eq!(starts, [(7, 7), (15, 7)]);
}

#[test]
fn a_file_that_begins_or_ends_has_no_lines_on_the_other_side() {
    assert_eq!(unified(&diff_of("", "a\nb\n")), "@@ -0,0 +1,2 @@\n+a\n+b\n");
    assert_eq!(unified(&diff_of("a\n", "")), "@@ -1,1 +0,0 @@\n-a\n");
    assert_eq!(diff_of("", ""), TextDiff::default());
    assert_eq!(diff_of("a\nb", "a\nb"), TextDiff::default());
}

#[test]
fn endings_count_and_are_told_apart() {
    let diff = diff_of("a\r\nb\nc", "a\nb\nc\n");
    let endings: Vec<_> =
        lines_of(&diff).map(|line| (line.tag, &*line.text, line.ending)).collect();
    let expected = [
        (Tag::Removed, "a", Ending::CrLf),
        (Tag::Added, "a", Ending::Lf),
        (Tag::Same, "b", Ending::Lf),
        (Tag::Removed, "c", Ending::Missing),
        (Tag::Added, "c", Ending::Lf),
    ];
    assert_eq!(endings, expected);
    assert!(lines_of(&diff).all(|line| line.spans.is_empty()));
}

#[test]
fn bytes_that_are_no_text_are_never_taken_for_the_same() {
    let diff = diff_of(b"caf\xe9 \xff\n", b"caf\xe8 \xff\n");
    let shown: Vec<_> = lines_of(&diff).map(|line| &*line.text).collect();
    assert_eq!(shown, ["caf\\xe9 \\xff", "caf\\xe8 \\xff"]);
    assert_eq!((diff.added_lines, diff.removed_lines), (1, 1));
}

#[test]
fn words_are_marked_in_units_of_a_page() {
    let diff = diff_of("let 😀 = old_name(a, b);\n", "let 😀 = new_name(a, c);\n");
    let lines: Vec<_> = lines_of(&diff).map(marked).collect();
    assert_eq!(lines, [["old_name", "b"], ["new_name", "c"]]);
}

#[test]
fn words_are_marked_where_lines_were_joined() {
    let diff = diff_of("call(first,\n     second);\n", "call(first, second, third);\n");
    let lines: Vec<_> = lines_of(&diff).map(marked).collect();
    let none: [&str; 0] = [];
    assert_eq!(
        (&lines[0][..], &lines[2][1..]),
        (&none.map(String::from)[..], &[", third".to_owned()][..])
    );
}

#[test]
fn marks_with_blanks_between_them_are_one_and_lines_of_other_words_have_none() {
    let diff = diff_of("keep this one two three tail\n", "keep this four five six tail\n");
    let lines: Vec<_> = lines_of(&diff).map(marked).collect();
    assert_eq!(lines, [["one two three"], ["four five six"]]);
    let diff = diff_of("entirely unlike (this)\n", "nothing = shared * here\n");
    assert!(lines_of(&diff).all(|line| line.spans.is_empty()), "{diff:?}");
}

#[test]
fn blanks_can_be_overlooked() {
    let old = "if a {\n\tb( c )\r\n}\n";
    let new = "if a {\n        b(c)\n}";
    assert_eq!(diff_of(old, new).added_lines, 2);
    let options = Options { ignore_whitespace: true, ..Options::default() };
    assert_eq!(diff::text(old.as_bytes(), new.as_bytes(), options), TextDiff::default());
    let diff = diff::text(old.as_bytes(), b"if a {\nd\n}\n", options);
    assert_eq!((diff.added_lines, diff.removed_lines), (1, 1));
}

#[test]
fn a_million_lines_are_counted_and_as_many_shown_as_a_page_can_bear() {
    let old: String = (0..1_000_000).map(|n| format!("{n}\n")).collect();
    let new: String = (0..1_000_000).map(|n| format!("{}\n", n * 2)).collect();
    let diff = diff_of(&old, &new);
    assert!(diff.truncated && diff.added_lines == 500_000 && diff.removed_lines == 500_000);
    assert!(lines_of(&diff).count() <= 20_003);

    let changed = old.replacen("\n777777\n", "\nx\n", 1);
    let diff = diff_of(&old, &changed);
    assert_eq!((diff.hunks[0].old_start, diff.truncated), (777_775, false));
    let apart = changed.replacen("\n5\n", "\n5\nnew\n", 1).replacen("\n900000\n", "\n", 1);
    let diff = diff_of(&old, apart);
    let starts: Vec<_> = diff.hunks.iter().map(|hunk| (hunk.old_start, hunk.new_start)).collect();
    assert_eq!(starts, [(4, 4), (777_775, 777_776), (899_998, 899_999)]);
    assert_eq!((diff.added_lines, diff.removed_lines), (2, 2));
}

#[test]
fn a_line_of_ten_megabytes_is_cut() {
    let long = "é".repeat(5 << 20);
    let diff = diff_of(&long, format!("{long}!"));
    assert!(diff.truncated);
    let lengths: Vec<_> = lines_of(&diff).map(|line| line.text.len()).collect();
    assert_eq!(lengths, [4000, 4000]);
    assert!(lines_of(&diff).all(|line| !line.text.contains('\\')));
}

#[test]
fn repetition_does_not_take_for_ever() {
    let old = "{\n}\n".repeat(100_000);
    let new = "}\n{\n\n".repeat(100_000);
    let diff = diff_of(&old, &new);
    assert!(diff.truncated && diff.added_lines > 0);
    let (old, new) = ("a ".repeat(15_000), "b a".repeat(10_000));
    diff_of(old, new);
}

#[test]
fn texts_that_are_too_long_for_a_histogram_are_compared_as_well() {
    // A long run of other lines, then the same ones again with single changes among repetitions.
    let block = |n: usize| format!("fn f{n}() {{\n    body();\n}}\n\n");
    let old: String = (0..20_000).map(block).collect();
    let new = old.replace("fn f100()", "fn g()").replace("f15000() {\n    body();", "f15000() {");
    let diff = diff_of(&old, &new);
    assert_eq!((diff.added_lines, diff.removed_lines, diff.hunks.len()), (1, 2, 2));
    assert_eq!(patched(&old, &diff), new);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn the_hunks_lead_from_the_old_to_the_new(
        old in "[ab\n ]{0,60}", new in "[ab\n\r ]{0,60}", context in 0u32..4,
    ) {
        let options = Options { context, ..Options::default() };
        let diff = diff::text(old.as_bytes(), new.as_bytes(), options);
        prop_assert_eq!(diff.hunks.is_empty(), old == new);
        prop_assert_eq!(patched(&old, &diff), new);
        for line in lines_of(&diff) {
            let units = line.text.encode_utf16().count() as u32;
            let ordered = line.spans.windows(2).all(|pair| pair[0].1 <= pair[1].0);
            prop_assert!(ordered && line.spans.iter().all(|span| span.0 < span.1 && span.1 <= units));
        }
    }
}

fn patched(old: &str, diff: &TextDiff) -> String {
    let lines: Vec<&str> = old.split_inclusive('\n').collect();
    let (mut new, mut at) = (String::new(), 0);
    for hunk in &diff.hunks {
        let start = (hunk.old_start - u64::from(hunk.old_lines > 0)) as usize;
        new.extend(lines[at..start].iter().copied());
        at = start + hunk.old_lines as usize;
        for line in hunk.lines.iter().filter(|line| line.tag != Tag::Removed) {
            new += &line.text;
            new += match line.ending {
                Ending::Lf => "\n",
                Ending::CrLf => "\r\n",
                Ending::Missing => "",
            };
        }
    }
    new.extend(lines[at..].iter().copied());
    new
}

#[test]
fn a_whole_text_has_the_lines_of_its_hunks() {
    assert_eq!(diff::whole(b"").as_deref(), Some(""));
    assert_eq!(diff::whole(b"one\r\ntwo\n").as_deref(), Some("one\ntwo\n"));
    let odd = b"a\xff\nlast";
    assert_eq!(diff::whole(odd).as_deref(), Some("a\\xff\nlast\n"));
    let shown = diff_of("", odd).hunks.remove(0).lines;
    let lines: String = shown.iter().map(|line| line.text.clone() + "\n").collect();
    assert_eq!(diff::whole(odd), Some(lines));
    assert_eq!(diff::whole("x".repeat(5000).as_bytes()), None);
}
