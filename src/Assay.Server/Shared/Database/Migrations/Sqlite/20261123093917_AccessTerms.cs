using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Assay.Server.Shared.Database.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AccessTerms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "GrantDays",
                table: "datanet",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Terms",
                table: "datanet",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Terms",
                table: "access",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            // What was accepted until now were the licences alone.
            migrationBuilder.Sql("UPDATE access SET Terms = (SELECT Licences FROM datanet WHERE datanet.Id = access.DatanetId)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "GrantDays",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "Terms",
                table: "datanet");

            migrationBuilder.DropColumn(
                name: "Terms",
                table: "access");
        }
    }
}
