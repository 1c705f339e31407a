package EventText;    # the text dialect, which OpenSIPS up to 3.0 sends

use v5.36;

# Returns the event's name and its parameters, each [name or undef, value], all bytes.
sub parse ($datagram) {
    my ($name, $body) = split /\n/, $datagram, 2;
    die "no event name\n" if !defined $body || $name eq '';
    my @params;
    my $at = 0;
    while ($at < length $body && substr($body, $at, 2) ne "\n") {    # the end, or the end mark
        my $line_end = index $body, "\n", $at;
        $line_end = length $body if $line_end < 0;
        my $line = substr $body, $at, $line_end - $at;
        my $param;
        my $closing = closing_quote($body, $at);
        my $separator = index $line, '::';    # in this line alone: time stays linear
        if (!$closing && $separator > 0) {    # a line that starts with :: has no name
            $param = substr $line, 0, $separator;
            $at += $separator + 2;
            $closing = closing_quote($body, $at);
        }
        my $value;
        if ($closing) {
            $value = substr($body, $at + 1, $closing - $at - 1) =~ s/\\"/"/gr;
            $at = $closing + 2;
        }
        else {
            $value = substr $body, $at, $line_end - $at;
            $at = $line_end + 1;
        }
        push @params, [$param, $value];
    }
    return $name, @params;
}

# Returns where the quoted value that starts at $at closes, or undef if there is none.
#
# A quoted value holds a line feed, and its closing quote ends a line. The first quote without a
# backslash before it closes the value. If that quote cannot, the value ends in a backslash, and
# the last quote before it that can closes the value.
sub closing_quote ($body, $at) {
    my $line_feed = index $body, "\n", $at;
    return undef if $line_feed < 0 || substr($body, $at, 1) ne '"';
    my $closing;
    for (my $quote = index $body, '"', $at + 1; $quote >= 0; $quote = index $body, '"', $quote + 1) {
        $closing = $quote if $quote > $line_feed && substr($body, $quote + 1, 1) =~ /\A\n?\z/;
        last if substr($body, $quote - 1, 1) ne '\\';
    }
    return $closing;
}

1;
