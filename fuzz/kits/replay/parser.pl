#!/usr/bin/env perl
# An example: a parser of the text dialect with a planted bug. Put your own in its place. It reads
# datagrams on standard input, one a line in hex, and writes a JSON line for each.

use strict;
use warnings;

$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    print report(pack('H*', $line)), "\n";
}

# Returns the line of the contract for a datagram.
sub report {
    my ($rest) = @_;
    $rest =~ s/\A([^\n]+)\n// or return '{"error":"no event name"}';
    my $event = $1;
    my @params;
    while ($rest ne '' && $rest ne "\n") {    # the end, or the end mark
        my ($name, $value);
        my ($line) = $rest =~ /\A([^\n]*)/;
        my ($length, $start) = (length $line, 0);
        my $closing = closing_quote($rest);
        if (!defined $closing && $line =~ /\A(.+?)::/s) {
            $name = $1;
            $start = length($name) + 2;
            $closing = closing_quote(substr $rest, $start);
        }
        if (defined $closing) {
            $value = unescape(substr $rest, $start + 1, $closing - 1);
            $length = $start + $closing + 1;
        } else {
            $value = substr $line, $start;
        }
        my $member = defined $name ? '"name_hex":"' . unpack('H*', $name) . '",' : '';
        push @params, '{' . $member . '"value_hex":"' . unpack('H*', $value) . '"}';
        $rest = length $rest > $length ? substr $rest, $length + 1 : '';
    }
    return '{"event_hex":"' . unpack('H*', $event) . '","params":[' . join(',', @params) . ']}';
}

# Returns where the quoted value at the start of a text closes, or undef if there is none: a quoted
# value holds a line feed, and its closing quote ends a line.
sub closing_quote {
    my ($text) = @_;
    my $line_feed = index $text, "\n";
    return undef if $line_feed < 0 || $text !~ /\A"/;
    my $closing;
    my $at = 0;
    while (($at = index $text, '"', $at + 1) >= 0) {
        $closing = $at if $at > $line_feed && substr($text, $at + 1) =~ /\A(?:\n|\z)/;
        last if substr($text, $at - 1, 1) ne '\\';
    }
    return $closing;
}

# Removes the escapes of a quoted value.
sub unescape {
    my ($text) = @_;
    # The planted bug: only the backslash of \" is an escape. Correct is
    # $text =~ s/\\"/"/g;
    $text =~ s/\\(.)/$1/gs;
    return $text;
}
