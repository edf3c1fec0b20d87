using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class PiiPatterns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "PatternSet",
                table: "record",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "pii_pattern_set",
                columns: table => new
                {
                    Hash = table.Column<string>(type: "TEXT", nullable: false),
                    Patterns = table.Column<string>(type: "TEXT", nullable: false),
                    Since = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_pii_pattern_set", x => x.Hash);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "pii_pattern_set");

            migrationBuilder.DropColumn(
                name: "PatternSet",
                table: "record");
        }
    }
}
