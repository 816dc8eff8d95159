# fish: what smsotpctl can be given, as it says itself.

function __smsotpctl_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l lines (/usr/sbin/smsotpctl complete -- $words[2..-1] 2>/dev/null)
	if test "$lines[1]" = :files
		set -l before (string match -r -- '^--[^=]*=' $words[-1])
		for file in (__fish_complete_path (string replace -r -- '^--[^=]*=' '' $words[-1]))
			echo "$before$file"
		end
	else
		printf '%s\n' $lines
	end
end

complete -c smsotpctl -f -a '(__smsotpctl_complete)'
