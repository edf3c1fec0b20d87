using System.Text.RegularExpressions;

namespace Assay.Data.Validation.Texts;

/// <summary>Finds licences that a text says it is under: SPDX lines, the opening sentences of well-known licences, and reservations of all rights.</summary>
internal static class LicenceNotices
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;

    private static readonly Regex Spdx = new(@"SPDX-License-Identifier:[ \t]*(?<id>[A-Za-z0-9.+\-]{2,40})", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);

    private static readonly (string Licence, Regex Pattern)[] Notices =
    [
        ("GPL", new(@"GNU General Public License as published by the Free Software Foundation|this program is free software[:;] you can redistribute it", Options)),
        ("LGPL", new(@"GNU Lesser General Public License as published", Options)),
        ("AGPL", new(@"GNU Affero General Public License as published", Options)),
        ("Apache-2.0", new(@"Licensed under the Apache License,? Version 2\.0", Options)),
        ("MIT", new(@"Permission is hereby granted, free of charge, to any person obtaining a copy of this software", Options)),
        ("BSD", new(@"Redistribution and use in source and binary forms, with or without modification, are permitted", Options)),
        ("MPL-2.0", new(@"subject to the terms of the Mozilla Public License,? v\. 2\.0", Options)),
        ("CC-BY-NC", new(@"(licensed|released|available) under (a |the )?(Creative Commons|CC)[ \-](BY[ \-]NC|Attribution[ \-]Non-?Commercial)", Options)),
        ("CC-BY-ND", new(@"(licensed|released|available) under (a |the )?(Creative Commons|CC)[ \-](BY[ \-]ND|Attribution[ \-]No ?Derivatives)", Options)),
        ("CC-BY-SA", new(@"(licensed|released|available) under (a |the )?(Creative Commons|CC)[ \-](BY[ \-]SA|Attribution[ \-]Share ?Alike)", Options)),
        ("all rights reserved", new(@"(©|\(c\)|copyright)[^\n]{0,120}all rights reserved", Options)),
        ("confidential", new(@"(strictly|company) confidential|confidential and proprietary|do not (re)?distribute", Options)),
    ];

    /// <param name="Licence">SPDX identifier, or in words.</param>
    /// <param name="Start">Index of its first UTF-16 code unit.</param>
    /// <param name="End">Index after the last.</param>
    internal sealed record Notice(string Licence, int Start, int End);

    /// <summary>The first of each kind, in order.</summary>
    public static IReadOnlyList<Notice> Find(string text)
    {
        var found = new List<Notice>();
        if (Spdx.Match(text) is { Success: true } line)
        {
            found.Add(new Notice(line.Groups["id"].Value, line.Index, line.Index + line.Length));
        }

        foreach (var (licence, pattern) in Notices)
        {
            foreach (var match in pattern.EnumerateMatches(text))
            {
                found.Add(new Notice(licence, match.Index, match.Index + match.Length));
                break;
            }
        }

        return [.. found.OrderBy(notice => notice.Start)];
    }

    /// <summary>Whether a licence named inside is the stated one; a family without a version agrees with each of its versions.</summary>
    public static bool Agree(string named, string stated) =>
        stated.Trim().Equals(named, StringComparison.OrdinalIgnoreCase) || stated.Trim().StartsWith(named + "-", StringComparison.OrdinalIgnoreCase);
}
