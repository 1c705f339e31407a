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
        my $separator = index $line, '::';    # in this line alone: time stays linear
        if ($separator > 0) {    # a line that starts with :: has no name
            $param = substr $line, 0, $separator;
            $at += $separator + 2;
        }
        my $value;
        if (my $closing = closing_quote($body, $at)) {
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

# Returns where the quoted value that starts at $at is closed, or nothing if there is no quoted value.
sub closing_quote ($body, $at) {
    return unless substr($body, $at, 1) eq '"';
    my $closing = $at;
    do {
        $closing = index $body, '"', $closing + 1;
        return if $closing < 0;
    } while substr($body, $closing - 1, 1) eq '\\';
    return unless substr($body, $closing + 1, 1) =~ /\A\n?\z/;
    return $closing;
}

1;
